/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace hist: how the durations of the spans are distributed; each bar is an eighth of a power of two. */
#include "trace/vtrace/json.h"
#include "trace/vtrace/plot.h"

#include <inttypes.h>

#define BAR_BUCKETS (HISTOGRAM_STEPS / 8)
#define BAR_WIDTH   50

static uint64_t bar(const struct histogram *h, unsigned first)
{
    uint64_t n = 0;

    for (unsigned i = first; i < first + BAR_BUCKETS; i++)
        n += h->buckets[i];
    return n;
}

static uint64_t highest(const struct histogram *h)
{
    uint64_t most = 1;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i += BAR_BUCKETS)
        most = bar(h, i) > most ? bar(h, i) : most;
    return most;
}

/* Bars from the lowest to the highest duration; `each` prints one. */
static void bars(const struct trace *t, const struct histogram *h, FILE *out,
                 void (*each)(const struct trace *, FILE *, unsigned, uint64_t, uint64_t))
{
    unsigned first = histogram_bucket(h->min) / BAR_BUCKETS * BAR_BUCKETS;
    uint64_t most = highest(h);

    for (unsigned i = first; h->count && i <= histogram_bucket(h->max); i += BAR_BUCKETS)
        each(t, out, i, bar(h, i), most);
}

static void print_bar(const struct trace *t, FILE *out, unsigned first, uint64_t n, uint64_t most)
{
    char low[32], high[32];

    fprintf(out, "    %9s - %-9s %10" PRIu64 " %.*s\n",
            text_ns(low, sizeof(low), ticks_ns(t, histogram_low(first))),
            text_ns(high, sizeof(high), ticks_ns(t, histogram_high(first + BAR_BUCKETS - 1))), n,
            (int)((n * BAR_WIDTH + most - 1) / most), "##################################################");
}

static void plot_bar(const struct trace *t, FILE *out, unsigned first, uint64_t n, uint64_t most)
{
    double low = ticks_ns(t, histogram_low(first)),
           high = ticks_ns(t, histogram_high(first + BAR_BUCKETS - 1) + 1.0);

    fprintf(out, "%g %" PRIu64 "\n%g %" PRIu64 "\n", low > 0 ? low : 0.5, n, high, n);
}

static void plot(const struct trace *t, const struct histogram *h, const char *path)
{
    FILE *out = plot_begin(path, "Durations");

    fputs("set xlabel 'ns'\nset ylabel 'spans'\nset logscale x\nset yrange [0:*]\nset grid\nunset key\n"
          "plot '-' with filledcurves above y=0 fillcolor rgb '#4477aa'\n", out);
    bars(t, h, out, plot_bar);
    fputs("e\n", out);
    plot_end(out, path);
}

static json_t *json_bars(const struct trace *t, const struct histogram *h)
{
    json_t *all = json_array();

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (h->buckets[i])
            json_array_append_new(all, json_pack("{s:f,s:f,s:I}", "from_ns", ticks_ns(t, histogram_low(i)),
                                                 "to_ns", ticks_ns(t, histogram_high(i)), "count",
                                                 (json_int_t)h->buckets[i]));
    return all;
}

static void print_summary(const struct trace *t, const struct histogram *h)
{
    char text[32];

    printf("%" PRIu64 " spans: mean %s", h->count,
           text_ns(text, sizeof(text), h->count ? ticks_ns(t, h->sum) / (double)h->count : 0));
    for (unsigned i = 0; i < PERCENTILES; i++)
        printf(", %s %s", percentiles[i].title,
               text_ns(text, sizeof(text), ticks_ns(t, histogram_percentile(h, percentiles[i].share))));
    printf(", max %s\n", text_ns(text, sizeof(text), ticks_ns(t, h->max)));
}

int verb_hist(const struct options *o)
{
    static struct histogram h;
    struct trace *t = trace_of(o->paths[0]);
    struct records *s = records_open(t, o);
    struct column dur;
    struct record r;
    int status;

    column_make(&dur, &t->schema, "dur");
    while (records_next(s, &r))
        if (column_field(&dur, r.event))
            histogram_add(&h, (uint32_t)column_value(&dur, &r, 0));
    records_close(s);
    column_free(&dur);
    if (option_given(o, 'j'))
        json_print(json_pack("{s:o,s:o,s:o}", "completeness", json_completeness(t), "durations",
                             json_durations(t, &h), "buckets", json_bars(t, &h)), false);
    else {
        print_completeness(stdout, t);
        print_summary(t, &h);
        bars(t, &h, stdout, print_bar);
    }
    if (option_text(o, 'o'))
        plot(t, &h, option_text(o, 'o'));
    status = exit_status(t);
    trace_close(t);
    return status;
}
