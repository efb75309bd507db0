/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace timeline: who ran on each CPU, and how much of the time was inside hypercalls. One character is one
 * slice of time; with --output the same as a picture.
 */
#include "trace/vtrace/json.h"
#include "trace/vtrace/plot.h"

#include <stdlib.h>
#include <string.h>

#define SLICES 100u

struct slice {
    uint64_t hypercall;                /* ticks in hypercalls */
    uint64_t records;
    uint64_t since[8];                 /* ticks by runner, [0]: idle; see struct runners */
};

struct runners { /* the first seven vCPUs have a letter of their own; others share the last */
    struct {
        uint16_t domain, vcpu;
    } who[7];
    unsigned count;
};

struct lane {
    struct slice slices[SLICES];
    uint64_t at;     /* until when it is accounted */
    unsigned runner;
    bool begun;
};

struct timeline {
    const struct trace *t;
    uint64_t begin, end;
    struct runners runners;
    struct lane *lanes; /* by ring */
};

static uint64_t slice_begin(const struct timeline *l, unsigned i)
{
    return l->begin + (uint64_t)((double)(l->end - l->begin) * i / SLICES);
}

static unsigned slice_of(const struct timeline *l, uint64_t tsc)
{
    unsigned i = (unsigned)((double)(tsc - l->begin) / (double)(l->end - l->begin) * SLICES);

    return i < SLICES ? i : SLICES - 1;
}

static unsigned runner_of(struct runners *r, const struct record *record)
{
    if (record->domain == DOMAIN_IDLE)
        return 0;
    for (unsigned i = 0; i < r->count; i++)
        if (r->who[i].domain == record->domain && r->who[i].vcpu == record->vcpu)
            return i + 1;
    if (r->count == 7)
        return 7;
    r->who[r->count].domain = record->domain;
    r->who[r->count].vcpu = record->vcpu;
    return ++r->count;
}

/* Adds the ticks from `from` to `to` to the slices they lie in; `offset` says to which member. */
static void spread(const struct timeline *l, struct lane *lane, uint64_t from, uint64_t to, size_t offset)
{
    if (from < l->begin)
        from = l->begin;
    for (unsigned i = slice_of(l, from); from < to && i < SLICES; i++) {
        uint64_t end = i + 1 < SLICES ? slice_begin(l, i + 1) : to;
        uint64_t stop = end < to ? end : to;

        if (stop > from) {
            *(uint64_t *)((char *)&lane->slices[i] + offset) += stop - from;
            from = stop;
        }
    }
}

static void run_until(struct timeline *l, struct lane *lane, uint64_t tsc)
{
    if (lane->begun)
        spread(l, lane, lane->at, tsc, offsetof(struct slice, since) + lane->runner * sizeof(uint64_t));
    lane->at = tsc;
}

static struct lane *lane_of(const struct timeline *l, unsigned cpu)
{
    size_t i = 0;

    while (l->t->rings[i].said.cpu != cpu)
        i++;
    return &l->lanes[i];
}

static void take(struct timeline *l, const struct record *r, const struct column *dur)
{
    struct lane *lane = lane_of(l, r->cpu);

    run_until(l, lane, r->tsc);
    lane->runner = runner_of(&l->runners, r);
    lane->begun = true;
    lane->slices[slice_of(l, r->tsc)].records++;
    if (r->event && !strcmp(r->event->name, "hypercall"))
        spread(l, lane, r->tsc - (uint64_t)column_value(dur, r, 0), r->tsc, offsetof(struct slice, hypercall));
}

static void find_ends(struct timeline *l, const struct options *o)
{
    struct records *s = records_open(l->t, o);
    struct record r;

    l->begin = UINT64_MAX;
    while (records_next(s, &r)) {
        if (r.tsc < l->begin)
            l->begin = r.tsc;
        l->end = r.tsc + 1;
    }
    records_close(s);
    if (l->begin >= l->end)
        fail("no record passes, so there is no time to show");
}

static void fill(struct timeline *l, const struct options *o)
{
    struct records *s = records_open(l->t, o);
    struct column dur;
    struct record r;

    column_make(&dur, &l->t->schema, "dur");
    while (records_next(s, &r))
        take(l, &r, &dur);
    for (size_t i = 0; i < l->t->ring_count; i++)
        run_until(l, &l->lanes[i], l->end);
    records_close(s);
    column_free(&dur);
}

/* Who ran longest in the slice; -1: it is not known. */
static int main_runner(const struct slice *s)
{
    int best = -1;

    for (int i = 0; i < 8; i++)
        if (s->since[i] && (best < 0 || s->since[i] > s->since[best]))
            best = i;
    return best;
}

static double share(const struct timeline *l, const struct slice *s)
{
    double x = (double)s->hypercall / ((double)(l->end - l->begin) / SLICES);

    return x > 1 ? 1 : x;
}

static void print_lanes(const struct timeline *l)
{
    char from[32], slice[32];

    printf("from %s since boot; one character is %s\n",
           text_ns(from, sizeof(from), trace_ns(l->t, l->begin)),
           text_ns(slice, sizeof(slice), ticks_ns(l->t, l->end - l->begin) / SLICES));
    for (size_t i = 0; i < l->t->ring_count; i++) {
        printf("cpu%-3u runs       ", l->t->rings[i].said.cpu);
        for (unsigned k = 0; k < SLICES; k++)
            putchar("?.ABCDEFG"[main_runner(&l->lanes[i].slices[k]) + 1]);
        printf("\n       hypercalls ");
        for (unsigned k = 0; k < SLICES; k++)
            putchar(" 123456789#"[(int)(share(l, &l->lanes[i].slices[k]) * 10 + 0.5)]);
        putchar('\n');
    }
    printf("runs: . idle, ? not known");
    for (unsigned i = 0; i < l->runners.count; i++)
        printf(", %c d%uv%u%s", 'A' + i, l->runners.who[i].domain, l->runners.who[i].vcpu,
               i == 6 ? " and others" : "");
    puts("\nhypercalls: tenths of the slice spent in them, # all of it, blank less than a twentieth");
}

static void plot(const struct timeline *l, const char *path)
{
    static const char *const colours[] = {"#dddddd", "#4477aa", "#ee6677", "#228833",
                                          "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"};
    FILE *f = plot_begin(path, "Who ran on each CPU; the line is the share of time in hypercalls");
    double ms = ticks_ns(l->t, l->end - l->begin) / 1e6, from = trace_ns(l->t, l->begin) / 1e6;

    fprintf(f, "set xlabel 'ms since boot'\nset ylabel 'CPU'\nset xrange [%f:%f]\nset yrange [-0.2:%zu]\n"
               "set ytics 1\nunset key\n", from, from + ms, l->t->ring_count);
    for (size_t i = 0; i < l->t->ring_count; i++)
        for (unsigned k = 0; k < SLICES; k++) {
            int who = main_runner(&l->lanes[i].slices[k]);

            if (who >= 0)
                fprintf(f, "set object rectangle from %f,%zu to %f,%f fillcolor rgb '%s' fillstyle solid "
                           "noborder\n", from + ms * k / SLICES, i, from + ms * (k + 1) / SLICES,
                        (double)i + 0.8, colours[who]);
        }
    fputs("plot '-' with lines linecolor rgb 'black'\n", f);
    for (size_t i = 0; i < l->t->ring_count; i++, fputs("\n", f))
        for (unsigned k = 0; k < SLICES; k++)
            fprintf(f, "%f %f\n", from + ms * (k + 0.5) / SLICES,
                    (double)i + 0.8 * share(l, &l->lanes[i].slices[k]));
    fputs("e\n", f);
    plot_end(f, path);
}

static json_t *json_lanes(const struct timeline *l)
{
    json_t *all = json_array();

    for (size_t i = 0; i < l->t->ring_count; i++)
        for (unsigned k = 0; k < SLICES; k++) {
            const struct slice *s = &l->lanes[i].slices[k];
            int who = main_runner(s);
            json_t *j = json_pack("{s:i,s:f,s:f,s:I}", "cpu", (int)l->t->rings[i].said.cpu, "from_ns",
                                  trace_ns(l->t, slice_begin(l, k)), "hypercall_share", share(l, s), "records",
                                  (json_int_t)s->records);

            if (who > 0 && (unsigned)who <= l->runners.count) {
                json_object_set_new(j, "dom", json_integer(l->runners.who[who - 1].domain));
                json_object_set_new(j, "vcpu", json_integer(l->runners.who[who - 1].vcpu));
            }
            json_array_append_new(all, j);
        }
    return all;
}

int verb_timeline(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);
    struct timeline l = {.t = t, .lanes = must_calloc(t->ring_count + 1, sizeof(struct lane))};
    int status;

    find_ends(&l, o);
    fill(&l, o);
    if (option_given(o, 'j'))
        json_print(json_pack("{s:o,s:o}", "completeness", json_completeness(t), "slices", json_lanes(&l)), false);
    else {
        print_completeness(stdout, t);
        print_lanes(&l);
    }
    if (option_text(o, 'o'))
        plot(&l, option_text(o, 'o'));
    free(l.lanes);
    status = exit_status(t);
    trace_close(t);
    return status;
}
