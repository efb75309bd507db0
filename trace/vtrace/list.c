/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace list: what can be in a trace. */
#include "trace/vtrace/filter.h"
#include "trace/vtrace/vtrace.h"

static void list_event(const struct event *e)
{
    printf("%s.%s (0x%04x%s): %s\n", e->class, e->name, e->number, e->is_span ? ", span" : "",
           e->meaning);
    for (unsigned i = 0; i < e->field_count; i++)
        printf("    %-12s %-4s %-16s %s\n", e->fields[i].name, e->fields[i].type, e->fields[i].unit,
               e->fields[i].meaning);
}

int verb_list(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);
    struct filter *f = filter_make(t, o);

    for (size_t i = 0; i < t->schema.event_count; i++)
        if (filter_wants_event(f, t->schema.events[i].number))
            list_event(&t->schema.events[i]);
    filter_free(f);
    trace_close(t);
    return 0;
}
