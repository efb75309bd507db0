/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace cat: one line per record, in the order of time. */
#include "trace/vtrace/json.h"

#include <inttypes.h>
#include <string.h>

static void print_who(const struct record *r)
{
    char who[16];

    if (r->domain == DOMAIN_IDLE)
        snprintf(who, sizeof(who), "idle");
    else
        snprintf(who, sizeof(who), "d%uv%u", r->domain, r->vcpu);
    printf(" %-5s", who);
}

static void print_record(const struct trace *t, const struct record *r)
{
    char text[640]; /* a symbol may be long */

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

int verb_cat(const struct options *o)
{
    struct trace *t = trace_with_symbols(o);
    struct records *s = records_open(t, o);
    struct record r;
    bool as_json = option_given(o, 'j');
    int status;

    print_outcome(stdout, t, o);
    while (records_next(s, &r)) {
        if (as_json)
            json_print(json_record(t, &r), true);
        else
            print_record(t, &r);
    }
    records_close(s);
    status = exit_status(t);
    trace_close(t);
    return status;
}
