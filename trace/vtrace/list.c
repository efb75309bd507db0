/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace list: what can be in a trace. */
#include "trace/vtrace/filter.h"
#include "trace/vtrace/json.h"
#include "trace/vtrace/vtrace.h"

static void list_event(const struct event *e)
{
    printf("%s.%s (0x%04x%s): %s\n", e->class, e->name, e->number, e->is_span ? ", span" : "",
           e->meaning);
    for (unsigned i = 0; i < e->field_count; i++)
        printf("    %-12s %-4s %-16s %s\n", e->fields[i].name, e->fields[i].type, e->fields[i].unit,
               e->fields[i].meaning);
}

/* Text out of the trace, which may be no UTF-8. */
static json_t *json_text(const char *text)
{
    json_t *j = json_string(text);

    return j ? j : json_string("(damaged)");
}

static json_t *json_event(const struct event *e)
{
    json_t *fields = json_array();

    for (unsigned i = 0; i < e->field_count; i++)
        json_array_append_new(fields, json_pack("{s:s,s:o,s:s,s:o}", "name", e->fields[i].name, "type",
                                                json_text(e->fields[i].type), "unit", e->fields[i].unit, "meaning",
                                                json_text(e->fields[i].meaning)));
    return json_pack("{s:s,s:s,s:i,s:b,s:o,s:o}", "class", e->class, "name", e->name, "number", (int)e->number, "span",
                     (int)e->is_span, "meaning", json_text(e->meaning), "fields", fields);
}

int verb_list(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);
    struct filter *f = filter_make(t, o);
    json_t *all = option_given(o, 'j') ? json_array() : NULL;

    for (size_t i = 0; i < t->schema.event_count; i++) {
        const struct event *e = &t->schema.events[i];

        if (!filter_wants_event(f, e->number))
            continue;
        if (all)
            json_array_append_new(all, json_event(e));
        else
            list_event(e);
    }
    if (all)
        json_print(json_pack("{s:o}", "events", all), false);
    filter_free(f);
    trace_close(t);
    return 0;
}
