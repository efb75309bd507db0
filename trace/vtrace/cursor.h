/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The records of a trace, of all CPUs, in the order of time: with `records` those the options ask for, with
 * `cursor` all of them. Memory does not grow with the trace. What a record points to stays until the trace is
 * closed.
 *
 *      struct records *s = records_open(t, o);
 *      while (records_next(s, &r))
 *          sum += column_value(&dur, &r, 0);
 *      records_close(s);
 */
#ifndef VTRACE_CURSOR_H
#define VTRACE_CURSOR_H

#include "trace/vtrace/file.h"

struct record {
    uint64_t tsc;
    unsigned cpu, ring;    /* ring: its place in the trace */
    uint16_t domain, vcpu; /* who ran; after a switch already the next one */
    uint16_t number;
    const struct event *event; /* NULL: not in the schema */
    unsigned bytes;            /* of the payload */
    const uint8_t *payload;
};

struct cursor;
struct cursor *cursor_new(const struct trace *t);
bool cursor_next(struct cursor *c, struct record *r);
void cursor_free(struct cursor *c);

/* Those that pass the options' events, filter, CPU, domain, window and limit. Fails with a sentence when these
 * make no sense with this trace. */
struct options;
struct records;
struct records *records_open(const struct trace *t, const struct options *o);
bool records_next(struct records *s, struct record *r);
void records_close(struct records *s);

/* One field in all the events that have it, found by name once. */
struct column {
    const struct field **of; /* by event, in the schema's order; NULL: it has none */
    const struct event *first;
};
void column_make(struct column *c, const struct schema *s, const char *name);
void column_free(struct column *c);

static inline const struct field *column_field(const struct column *c, const struct event *e)
{
    return e ? c->of[e - c->first] : NULL;
}

static inline int64_t column_value(const struct column *c, const struct record *r, int64_t missing)
{
    const struct field *f = column_field(c, r->event);

    return f ? field_value(f, r->payload) : missing;
}

#endif
