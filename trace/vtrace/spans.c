/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace spans: the longest ones, each with the spans inside it on the same CPU. */
#include "trace/vtrace/json.h"

#include <stdlib.h>

#define SHOWN 20u

struct span {
    struct record r;
    uint64_t begin;
};

struct longest { /* a heap whose first is the shortest of those kept */
    struct span *spans;
    uint64_t count, room;
};

static uint64_t length(const struct span *s)
{
    return s->r.tsc - s->begin;
}

static void sink(struct longest *l, uint64_t i)
{
    for (;;) {
        uint64_t child = 2 * i + 1;
        struct span swap = l->spans[i];

        if (child >= l->count)
            return;
        if (child + 1 < l->count && length(&l->spans[child + 1]) < length(&l->spans[child]))
            child++;
        if (length(&l->spans[i]) <= length(&l->spans[child]))
            return;
        l->spans[i] = l->spans[child];
        l->spans[child] = swap;
        i = child;
    }
}

static void take(struct longest *l, const struct span *s)
{
    if (l->count < l->room) {
        l->spans[l->count++] = *s;
        for (uint64_t i = l->count == l->room ? l->room / 2 : 0; i-- > 0;)
            sink(l, i);
    } else if (length(s) > length(&l->spans[0])) {
        l->spans[0] = *s;
        sink(l, 0);
    }
}

static int longest_first(const void *x, const void *y)
{
    const struct span *a = x, *b = y;

    if (length(a) != length(b))
        return length(a) > length(b) ? -1 : 1;
    return a->r.tsc < b->r.tsc ? -1 : a->r.tsc > b->r.tsc;
}

/* How many of the spans shown hold this one: spans of one CPU never overlap otherwise. */
static unsigned depth(const struct longest *l, const struct span *s)
{
    unsigned n = 0;

    for (uint64_t i = 0; i < l->count; i++)
        n += &l->spans[i] != s && l->spans[i].r.cpu == s->r.cpu && l->spans[i].begin <= s->begin &&
             l->spans[i].r.tsc >= s->r.tsc && length(&l->spans[i]) > length(s);
    return n;
}

static void print_span(const struct trace *t, const struct longest *l, const struct span *s)
{
    char text[64], who[24];

    snprintf(who, sizeof(who), s->r.domain == DOMAIN_IDLE ? "idle" : "d%uv%u", s->r.domain, s->r.vcpu);
    printf("%14.9f s cpu%u %-5s %9s %*s%s", trace_ns(t, s->begin) / 1e9, s->r.cpu, who,
           text_ns(text, sizeof(text), ticks_ns(t, length(s))), (int)(2 * depth(l, s)), "",
           s->r.event->name);
    for (unsigned i = 1; i < s->r.event->field_count; i++) {
        const struct field *f = &s->r.event->fields[i];

        printf(" %s=%s", f->name, text_field(text, sizeof(text), t, f, field_value(f, s->r.payload)));
    }
    putchar('\n');
}

static json_t *json_spans(const struct trace *t, const struct longest *l)
{
    json_t *all = json_array();

    for (uint64_t i = 0; i < l->count; i++) {
        json_t *j = json_record(t, &l->spans[i].r);

        json_object_set_new(j, "begin_ns", json_real(trace_ns(t, l->spans[i].begin)));
        json_object_set_new(j, "inside", json_integer(depth(l, &l->spans[i])));
        json_array_append_new(all, j);
    }
    return all;
}

static void collect(struct trace *t, const struct options *o, struct longest *l)
{
    struct options unlimited = *o; /* here the limit is one of rows */
    struct records *s;
    struct column dur;
    struct span span;

    unlimited.value['n'] = NULL;
    s = records_open(t, &unlimited);
    column_make(&dur, &t->schema, "dur");
    while (records_next(s, &span.r)) {
        if (!column_field(&dur, span.r.event))
            continue;
        span.begin = span.r.tsc - (uint64_t)column_value(&dur, &span.r, 0);
        take(l, &span);
    }
    records_close(s);
    column_free(&dur);
    qsort(l->spans, l->count, sizeof(l->spans[0]), longest_first);
}

int verb_spans(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);
    struct longest l = {.room = option_number(o, 'n', SHOWN)};
    int status;

    if (!l.room || l.room > 1000000)
        fail("--limit wants 1 to 1000000 spans");
    l.spans = must_calloc(l.room, sizeof(l.spans[0]));
    collect(t, o, &l);
    if (option_given(o, 'j'))
        json_print(json_pack("{s:o,s:o}", "completeness", json_completeness(t), "spans", json_spans(t, &l)),
                   false);
    else {
        print_completeness(stdout, t);
        for (uint64_t i = 0; i < l.count; i++)
            print_span(t, &l, &l.spans[i]);
    }
    free(l.spans);
    status = exit_status(t);
    trace_close(t);
    return status;
}
