/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace report: how often everything happened and how long it took. A row is an event and what tells its
 * kinds apart: its first field with named numbers, and its field `sub`. Spans have percentiles.
 */
#include "trace/vtrace/attribution.h"
#include "trace/vtrace/json.h"
#include "trace/vtrace/places.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const struct event *event; /* NULL: the place is free */
    int64_t kind, sub;
    uint64_t count;
    struct histogram *durations; /* of spans */
};

#define MAX_ROWS 4096 /* a power of two */
#define NO_SUB   255

struct keys {
    const struct field *kind, *sub, *dur;
};

struct report {
    const struct trace *t;
    struct keys keys[65536]; /* by number of event */
    struct row rows[MAX_ROWS + 1];
    unsigned used;
    uint64_t unknown;
};

static const struct field *kind_of(const struct event *e)
{
    for (unsigned i = 0; i < e->field_count; i++)
        if (e->fields[i].enumeration >= 0)
            return &e->fields[i];
    return event_field(e, "level");
}

static void keys_find(struct report *p)
{
    for (size_t i = 0; i < p->t->schema.event_count; i++) {
        const struct event *e = &p->t->schema.events[i];

        p->keys[e->number] = (struct keys){kind_of(e), event_field(e, "sub"),
                                           e->is_span ? event_field(e, "dur") : NULL};
    }
}

/* The last row takes what there is no room for. */
static struct row *row_of(struct report *p, const struct event *e, int64_t kind, int64_t sub)
{
    uint64_t hash = (e->number * 0x9e3779b97f4a7c15ull + (uint64_t)kind * 31 + (uint64_t)sub) *
                    0x9e3779b97f4a7c15ull;

    for (unsigned i = hash >> 52;; i++) {
        struct row *r = &p->rows[i % MAX_ROWS];

        if (r->event == e && r->kind == kind && r->sub == sub)
            return r;
        if (r->event)
            continue;
        if (p->used == MAX_ROWS / 2)
            return &p->rows[MAX_ROWS];
        p->used++;
        *r = (struct row){.event = e, .kind = kind, .sub = sub};
        return r;
    }
}

static void take(struct report *p, const struct record *r)
{
    const struct keys *k = &p->keys[r->number];
    struct row *row;

    if (!r->event) {
        p->unknown++;
        return;
    }
    row = row_of(p, r->event, k->kind ? field_value(k->kind, r->payload) : 0,
                 k->sub ? field_value(k->sub, r->payload) : NO_SUB);
    row->count++;
    if (!k->dur)
        return;
    if (!row->durations)
        row->durations = calloc(1, sizeof(*row->durations));
    if (!row->durations)
        abort();
    histogram_add(row->durations, (uint32_t)field_value(k->dur, r->payload));
}

static uint64_t total_of(const struct row *r)
{
    return r->durations ? r->durations->sum : 0;
}

/* Events in the order of their numbers, spans with the longest total first, the rest by count. */
static int order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (!x->event || !y->event)
        return !x->event - !y->event;
    if (x->event->number != y->event->number)
        return x->event->number < y->event->number ? -1 : 1;
    if (total_of(x) != total_of(y))
        return total_of(x) > total_of(y) ? -1 : 1;
    return x->count > y->count ? -1 : x->count < y->count;
}

static void row_name(const struct report *p, const struct row *r, char *out, size_t size)
{
    const struct keys *k = &p->keys[r->event->number];
    char kind[64] = "";

    if (k->kind)
        text_field(kind, sizeof(kind), p->t, k->kind, r->kind);
    if (r->sub != NO_SUB)
        snprintf(out, size, "%s/%" PRId64, kind, r->sub);
    else
        snprintf(out, size, "%s%s", k->kind && k->kind->enumeration < 0 ? "level " : "", kind);
}

/* `whole`: the ticks that are 100 %, 0: no share is printed. */
static void print_durations(const struct report *p, const struct histogram *h, uint64_t whole)
{
    char text[32];

    printf(" %10s", text_ns(text, sizeof(text), ticks_ns(p->t, h->sum)));
    printf(" %6.1f%%", whole ? 100.0 * (double)h->sum / (double)whole : 0);
    printf(" %9s", text_ns(text, sizeof(text), ticks_ns(p->t, h->sum) / (double)h->count));
    for (unsigned i = 0; i < PERCENTILES; i++)
        printf(" %9s", text_ns(text, sizeof(text),
                               ticks_ns(p->t, histogram_percentile(h, percentiles[i].share))));
    printf(" %9s", text_ns(text, sizeof(text), ticks_ns(p->t, h->max)));
}

static void print_row(const struct report *p, const struct row *r, uint64_t whole)
{
    char name[96];

    row_name(p, r, name, sizeof(name));
    printf("    %-32s %10" PRIu64, name, r->count);
    if (r->durations)
        print_durations(p, r->durations, whole);
    putchar('\n');
}

static void print_titles(void)
{
    printf(" %10s %7s %9s", "total", "share", "mean");
    for (unsigned i = 0; i < PERCENTILES; i++)
        printf(" %9s", percentiles[i].title);
    printf(" %9s", "max");
}

static void print_event(const struct report *p, const struct row *first)
{
    uint64_t count = 0, whole = 0;

    for (const struct row *r = first; r->event == first->event; r++) {
        count += r->count;
        whole += total_of(r);
    }
    printf("\n%s.%s: %s\n", first->event->class, first->event->name, first->event->meaning);
    printf("    %-32s %10s", "", "count");
    if (first->durations)
        print_titles();
    putchar('\n');
    if (!first[1].event || first[1].event != first->event) {
        print_row(p, first, whole);
        return;
    }
    printf("    %-32s %10" PRIu64 "\n", "all", count);
    for (const struct row *r = first; r->event == first->event; r++)
        print_row(p, r, whole);
}

static void print_rows(const struct report *p)
{
    for (const struct row *r = p->rows; r->event; r++)
        if (r == p->rows || r[-1].event != r->event)
            print_event(p, r);
    if (p->rows[MAX_ROWS].count)
        printf("\n%" PRIu64 " records of kinds beyond the first %d\n", p->rows[MAX_ROWS].count,
               MAX_ROWS / 2);
    if (p->unknown)
        printf("\n%" PRIu64 " records that the schema does not know\n", p->unknown);
}

static json_t *json_rows(const struct report *p)
{
    json_t *rows = json_array();

    for (const struct row *r = p->rows; r->event; r++) {
        char name[96];
        json_t *j;

        row_name(p, r, name, sizeof(name));
        j = json_pack("{s:s,s:s,s:s,s:I}", "class", r->event->class, "event", r->event->name, "kind", name,
                      "count", (json_int_t)r->count);
        if (r->durations)
            json_object_set_new(j, "durations", json_durations(p->t, r->durations));
        json_array_append_new(rows, j);
    }
    return rows;
}

static void print_report(const struct report *p, struct attribution *a, struct places *places, bool as_json)
{
    if (as_json) {
        json_print(json_pack("{s:o,s:o,s:o,s:o,s:I}", "completeness", json_completeness(p->t), "rows",
                             json_rows(p), "page_tables", attribution_json(a), "functions", places_json(places), "unknown",
                             (json_int_t)p->unknown), false);
        return;
    }
    print_completeness(stdout, p->t);
    print_rows(p);
    attribution_print(a);
    places_print(places);
}

int verb_report(const struct options *o)
{
    static struct report report;
    struct trace *t = trace_with_symbols(o);
    struct attribution *a = attribution_new(t);
    struct places *places = places_new(t);
    struct records *s = records_open(t, o);
    struct record r;
    int status;

    report.t = t;
    keys_find(&report);
    while (records_next(s, &r)) {
        take(&report, &r);
        attribution_take(a, &r);
        places_take(places, &r);
    }
    records_close(s);
    qsort(report.rows, MAX_ROWS, sizeof(report.rows[0]), order);
    print_report(&report, a, places, option_given(o, 'j'));
    for (unsigned i = 0; i <= MAX_ROWS; i++)
        free(report.rows[i].durations);
    attribution_free(a);
    places_free(places);
    status = exit_status(t);
    trace_close(t);
    return status;
}
