/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/attribution.h"
#include "trace/vtrace/fail.h"
#include "trace/vtrace/vtrace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS     5 /* 1 to 4; 0: the record names none */
#define MAX_CAUSES 256
#define MAX_CPUS   256

struct work {
    uint64_t written, refused, promoted, audited, demoted, flushed;
};

struct cause {
    const struct event *event; /* NULL: nothing that was recorded */
    int64_t kind;
    struct work level[LEVELS];
};

struct attribution {
    const struct trace *t;
    const struct event *write, *promote, *demote, *flush;
    struct column level, ret, entries;
    const struct field **kind;     /* by event: what tells its kinds apart, as in a report's row */
    struct work pending[MAX_CPUS][LEVELS]; /* since the last span on that CPU */
    bool has_pending[MAX_CPUS];
    struct cause causes[MAX_CAUSES];
    unsigned count;
};

static const struct field *first_named(const struct event *e)
{
    for (unsigned i = 0; i < e->field_count; i++)
        if (e->fields[i].enumeration >= 0)
            return &e->fields[i];
    return NULL;
}

struct attribution *attribution_new(const struct trace *t)
{
    struct attribution *a = must_calloc(1, sizeof(*a));
    const struct schema *s = &t->schema;

    a->t = t;
    a->write = schema_event_named(s, "pte_write");
    a->promote = schema_event_named(s, "promote");
    a->demote = schema_event_named(s, "demote");
    a->flush = schema_event_named(s, "tlb_flush");
    column_make(&a->level, s, "level");
    column_make(&a->ret, s, "ret");
    column_make(&a->entries, s, "entries");
    a->kind = must_calloc(s->event_count + 1, sizeof(const struct field *));
    for (size_t i = 0; i < s->event_count; i++)
        a->kind[i] = first_named(&s->events[i]);
    a->count = 1; /* causes[0]: none */
    return a;
}

static void add_work(struct work *to, const struct work *w)
{
    to->written += w->written;
    to->refused += w->refused;
    to->promoted += w->promoted;
    to->audited += w->audited;
    to->demoted += w->demoted;
    to->flushed += w->flushed;
}

static struct cause *cause_of(struct attribution *a, const struct event *e, int64_t kind)
{
    for (unsigned i = 1; i < a->count; i++)
        if (a->causes[i].event == e && a->causes[i].kind == kind)
            return &a->causes[i];
    if (a->count == MAX_CAUSES)
        return &a->causes[0];
    a->causes[a->count] = (struct cause){.event = e, .kind = kind};
    return &a->causes[a->count++];
}

static void settle(struct attribution *a, unsigned cpu, struct cause *c)
{
    for (unsigned i = 0; i < LEVELS; i++)
        add_work(&c->level[i], &a->pending[cpu][i]);
    memset(a->pending[cpu], 0, sizeof(a->pending[cpu]));
    a->has_pending[cpu] = false;
}

static bool take_work(struct attribution *a, const struct record *r)
{
    int64_t level = column_value(&a->level, r, 0);
    struct work *w = &a->pending[r->cpu][level > 0 && level < LEVELS ? level : 0];

    if (r->event == a->write)
        *(column_value(&a->ret, r, 0) ? &w->refused : &w->written) += 1;
    else if (r->event == a->promote) {
        w->promoted++;
        w->audited += (uint64_t)column_value(&a->entries, r, 0);
    } else if (r->event == a->demote)
        w->demoted++;
    else if (r->event == a->flush)
        w->flushed++;
    else
        return false;
    return a->has_pending[r->cpu] = true;
}

void attribution_take(struct attribution *a, const struct record *r)
{
    const struct field *kind;

    if (!r->event || r->cpu >= MAX_CPUS || take_work(a, r) || !a->has_pending[r->cpu] || !r->event->is_span)
        return;
    kind = a->kind[r->event - a->t->schema.events];
    settle(a, r->cpu, cause_of(a, r->event, kind ? field_value(kind, r->payload) : 0));
}

static uint64_t weight(const struct cause *c)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < LEVELS; i++)
        n += c->level[i].written + c->level[i].refused + c->level[i].audited + c->level[i].promoted +
             c->level[i].demoted + c->level[i].flushed;
    return n;
}

static int heaviest_first(const void *x, const void *y)
{
    uint64_t a = weight(x), b = weight(y);

    return a > b ? -1 : a < b;
}

static void settle_all(struct attribution *a)
{
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
        if (a->has_pending[cpu])
            settle(a, cpu, &a->causes[0]);
    qsort(a->causes, a->count, sizeof(a->causes[0]), heaviest_first);
}

static void cause_name(const struct attribution *a, const struct cause *c, char *out, size_t size)
{
    const struct field *kind = c->event ? a->kind[c->event - a->t->schema.events] : NULL;
    char text[64];

    if (!c->event)
        snprintf(out, size, "(no span was recorded)");
    else if (!kind)
        snprintf(out, size, "%s", c->event->name);
    else
        snprintf(out, size, "%s %s", c->event->name,
                 text_field(text, sizeof(text), a->t, kind, c->kind));
}

static void print_work(const char *name, unsigned level, const struct work *w)
{
    printf("    %-32s %5s %10" PRIu64 " %8" PRIu64 " %9" PRIu64 " %10" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n",
           name, level ? (const char[]){'L', (char)('0' + level), 0} : "-", w->written, w->refused,
           w->promoted, w->audited, w->demoted, w->flushed);
}

static bool is_empty(const struct work *w)
{
    static const struct work none;

    return !memcmp(w, &none, sizeof(none));
}

void attribution_print(struct attribution *a)
{
    settle_all(a);
    if (!weight(&a->causes[0]))
        return;
    printf("\npage tables, by cause and level\n    %-32s %5s %10s %8s %9s %10s %9s %9s\n", "", "level",
           "written", "refused", "promoted", "audited", "demoted", "flushes");
    for (unsigned i = 0; i < a->count && weight(&a->causes[i]); i++) {
        char name[96];

        cause_name(a, &a->causes[i], name, sizeof(name));
        for (unsigned level = 0; level < LEVELS; level++)
            if (!is_empty(&a->causes[i].level[level]))
                print_work(name, level, &a->causes[i].level[level]);
    }
}

static json_t *work_json(const char *name, unsigned level, const struct work *w)
{
    return json_pack("{s:s,s:i,s:I,s:I,s:I,s:I,s:I,s:I}", "cause", name, "level", (int)level, "written",
                     (json_int_t)w->written, "refused", (json_int_t)w->refused, "promoted",
                     (json_int_t)w->promoted, "audited", (json_int_t)w->audited, "demoted",
                     (json_int_t)w->demoted, "flushes", (json_int_t)w->flushed);
}

json_t *attribution_json(struct attribution *a)
{
    json_t *all = json_array();

    settle_all(a);
    for (unsigned i = 0; i < a->count; i++) {
        char name[96];

        cause_name(a, &a->causes[i], name, sizeof(name));
        for (unsigned level = 0; level < LEVELS; level++)
            if (!is_empty(&a->causes[i].level[level]))
                json_array_append_new(all, work_json(name, level, &a->causes[i].level[level]));
    }
    return all;
}

void attribution_free(struct attribution *a)
{
    column_free(&a->level);
    column_free(&a->ret);
    column_free(&a->entries);
    free(a->kind);
    free(a);
}
