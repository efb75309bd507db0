/* SPDX-License-Identifier: BSD-2-Clause */
/* What all formats say the same way: when a record was, how long it took, what it is called. */
#include "trace/vtrace/export/export.h"

#include <inttypes.h>
#include <string.h>

uint64_t span_ns(const struct trace *t, uint64_t ticks)
{
    return (uint64_t)((unsigned __int128)ticks * 1000000000 / t->header.tsc_hz);
}

int64_t record_ns(const struct trace *t, uint64_t tsc)
{
    uint64_t boot = t->header.tsc_at_boot;

    return tsc >= boot ? (int64_t)span_ns(t, tsc - boot) : -(int64_t)span_ns(t, boot - tsc);
}

uint64_t record_ticks(const struct record *r)
{
    const struct field *dur = r->event && r->event->is_span ? event_field(r->event, "dur") : NULL;

    return dur ? (uint64_t)field_value(dur, r->payload) : 0;
}

/* The field that tells the kinds of an event apart: its first named one, or its level. */
static const struct field *kind_of(const struct event *e)
{
    for (unsigned i = 0; i < e->field_count; i++)
        if (e->fields[i].enumeration >= 0)
            return &e->fields[i];
    return event_field(e, "level");
}

const char *record_label(char *out, size_t size, const struct trace *t, const struct record *r)
{
    const struct field *kind, *sub;
    int64_t v;
    int n;

    if (!r->event) {
        snprintf(out, size, "event_0x%04x", r->number);
        return out;
    }
    n = snprintf(out, size, "%s", r->event->name);
    kind = kind_of(r->event);
    if (!kind || (size_t)n >= size)
        return out;
    v = field_value(kind, r->payload);
    if (kind->enumeration < 0) {
        snprintf(out + n, size - (size_t)n, ":L%" PRId64, v);
        return out;
    }
    const char *name = schema_name(&t->schema, kind, v);
    n += name ? snprintf(out + n, size - (size_t)n, ":%s", name)
              : snprintf(out + n, size - (size_t)n, ":%" PRId64, v);
    sub = event_field(r->event, "sub");
    if (sub && (size_t)n < size && field_value(sub, r->payload) != 255)
        snprintf(out + n, size - (size_t)n, "/%" PRId64, field_value(sub, r->payload));
    return out;
}

const char *who_label(char *out, size_t size, uint16_t domain, uint16_t vcpu)
{
    if (domain == 0x7fff)
        snprintf(out, size, "idle");
    else
        snprintf(out, size, "d%uv%u", domain, vcpu);
    return out;
}

int64_t record_value(const struct record *r, const char *name, int64_t missing)
{
    const struct field *f = r->event ? event_field(r->event, name) : NULL;

    return f ? field_value(f, r->payload) : missing;
}
