/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/places.h"
#include "trace/vtrace/symbols.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_PLACES 8192 /* a power of two; kinds beyond half of that are counted together */
#define SHOWN      12   /* functions of each event */

struct place {
    const struct event *event; /* NULL: free */
    const char *function;
    uint64_t count, ticks;
};

struct places {
    const struct trace *t;
    struct column dur;
    struct place places[MAX_PLACES + 1]; /* the last takes what there is no room for */
    unsigned used;
};

const char *record_place(const struct trace *t, const struct record *r)
{
    const struct field *rip = t->symbols && r->event ? event_field(r->event, "rip") : NULL;
    uint64_t offset;

    return rip ? symbols_find(t->symbols, (uint64_t)field_value(rip, r->payload), &offset) : NULL;
}

struct places *places_new(const struct trace *t)
{
    struct places *p = t->symbols ? must_calloc(1, sizeof(*p)) : NULL;

    if (!p)
        return NULL;
    p->t = t;
    column_make(&p->dur, &t->schema, "dur");
    return p;
}

/* Names are compared by address: there is one copy of each. */
static struct place *place_of(struct places *p, const struct event *e, const char *function)
{
    uint64_t hash = ((uintptr_t)function ^ e->number * 0x9e3779b97f4a7c15ull) * 0x9e3779b97f4a7c15ull;

    for (unsigned i = hash >> 51;; i++) {
        struct place *at = &p->places[i % MAX_PLACES];

        if (at->event == e && at->function == function)
            return at;
        if (at->event)
            continue;
        if (p->used == MAX_PLACES / 2)
            return &p->places[MAX_PLACES];
        p->used++;
        at->event = e;
        at->function = function;
        return at;
    }
}

void places_take(struct places *p, const struct record *r)
{
    const char *function = p ? record_place(p->t, r) : NULL;
    struct place *at;

    if (!function)
        return;
    at = place_of(p, r->event, function);
    at->count++;
    at->ticks += r->event->is_span ? (uint64_t)column_value(&p->dur, r, 0) : 0;
}

/* By event; those with most time first, then those that came most often. */
static int order(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (!x->event || !y->event)
        return !x->event - !y->event;
    if (x->event != y->event)
        return x->event->number < y->event->number ? -1 : 1;
    if (x->ticks != y->ticks)
        return x->ticks > y->ticks ? -1 : 1;
    return x->count > y->count ? -1 : x->count < y->count;
}

static void print_place(const struct places *p, const struct place *at)
{
    char text[32];

    printf("    %-48s %10" PRIu64, at->function, at->count);
    if (at->event->is_span)
        printf(" %10s", text_ns(text, sizeof(text), ticks_ns(p->t, at->ticks)));
    putchar('\n');
}

void places_print(struct places *p)
{
    unsigned shown = 0;

    if (!p || !p->used)
        return;
    qsort(p->places, MAX_PLACES, sizeof(p->places[0]), order);
    for (const struct place *at = p->places; at->event; at++) {
        shown = at == p->places || at[-1].event != at->event ? 0 : shown + 1;
        if (!shown)
            printf("\n%s.%s, by function\n    %-48s %10s%s\n", at->event->class, at->event->name, "", "count",
                   at->event->is_span ? "      total" : "");
        if (shown < SHOWN)
            print_place(p, at);
    }
}

json_t *places_json(struct places *p)
{
    json_t *all = json_array();

    if (!p)
        return json_decref(all), json_null();
    qsort(p->places, MAX_PLACES, sizeof(p->places[0]), order);
    for (const struct place *at = p->places; at->event; at++)
        json_array_append_new(all, json_pack("{s:s,s:s,s:I,s:f}", "event", at->event->name, "function", at->function,
                                             "count", (json_int_t)at->count, "total_ns", ticks_ns(p->t, at->ticks)));
    return all;
}

void places_free(struct places *p)
{
    if (p)
        column_free(&p->dur);
    free(p);
}
