/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace cat: one line per record, in the order of time. vtrace list: what can be in a trace. */
#include "trace/vtrace/vtrace.h"

#include <inttypes.h>
#include <string.h>

static void print_who(const struct record *r)
{
    char who[16];

    if (r->domain == 0x7fff)
        snprintf(who, sizeof(who), "idle");
    else
        snprintf(who, sizeof(who), "d%uv%u", r->domain, r->vcpu);
    printf(" %-5s", who);
}

static void print_record(const struct trace *t, const struct record *r)
{
    char text[64];

    printf("%14.9f cpu%u", trace_ns(t, r->tsc) / 1e9, r->cpu);
    print_who(r);
    if (!r->event) {
        printf(" 0x%04x (not in the schema, %u bytes)\n", r->number, r->bytes);
        return;
    }
    printf(" %-15s", r->event->name);
    for (unsigned i = 0; i < r->event->field_count; i++) {
        const struct field *f = &r->event->fields[i];

        printf(" %s=%s", f->name, text_field(text, sizeof(text), t, f, field_value(f, r->payload)));
    }
    putchar('\n');
}

int verb_cat(const struct trace *t, const struct options *o)
{
    static struct filter f;
    char why[200];
    struct record r;
    uint64_t shown = 0;

    if (!filter_make(&f, t, o, why, sizeof(why)))
        fail("%s", why);
    print_completeness(stdout, t);
    struct cursor *c = cursor_new(t);
    while ((!o->limit || shown < o->limit) && cursor_next(c, &r)) {
        if (!filter_passes(&f, &r))
            continue;
        print_record(t, &r);
        shown++;
    }
    cursor_free(c);
    return exit_status(t);
}

static void list_event(const struct event *e)
{
    printf("%s.%s (0x%04x%s): %s\n", e->class, e->name, e->number, e->is_span ? ", span" : "",
           e->meaning);
    for (unsigned i = 0; i < e->field_count; i++)
        printf("    %-12s %-4s %-16s %s\n", e->fields[i].name, e->fields[i].type, e->fields[i].unit,
               e->fields[i].meaning);
}

int verb_list(const struct trace *t, const struct options *o)
{
    static struct filter f;
    char why[200];

    if (!filter_make(&f, t, o, why, sizeof(why)))
        fail("%s", why);
    for (size_t i = 0; i < t->schema.event_count; i++)
        if (f.wanted[t->schema.events[i].number])
            list_event(&t->schema.events[i]);
    return 0;
}
