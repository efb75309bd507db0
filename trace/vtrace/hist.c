/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace hist: how the durations of the spans are distributed; each bar is an eighth of a power of two. What the
 * hypervisor counts without being asked is in kept.c. */
#include "trace/vtrace/bars.h"
#include "trace/vtrace/json.h"
#include "trace/vtrace/kept.h"

#include <inttypes.h>

#define BAR_BUCKETS (HISTOGRAM_STEPS / 8)

static uint64_t bar(const struct histogram *h, unsigned first)
{
    uint64_t n = 0;

    for (unsigned i = first; i < first + BAR_BUCKETS; i++)
        n += h->buckets[i];
    return n;
}

/* From the lowest to the highest duration. */
static void draw(struct bars *b, const struct trace *t, const struct histogram *h)
{
    unsigned first = histogram_bucket(h->min) / BAR_BUCKETS * BAR_BUCKETS;

    *b = (struct bars){.unit = "ns"};
    for (unsigned i = first; h->count && i <= histogram_bucket(h->max); i += BAR_BUCKETS)
        bars_add(b, ticks_ns(t, histogram_low(i)), ticks_ns(t, histogram_high(i + BAR_BUCKETS - 1) + 1ull), bar(h, i));
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

static int hist_of_spans(const struct options *o)
{
    static struct histogram h;
    struct trace *t = trace_of(o->paths[0]);
    struct records *s = records_open(t, o);
    struct column dur;
    struct record r;
    struct bars b;
    int status;

    column_make(&dur, &t->schema, "dur");
    while (records_next(s, &r))
        if (column_field(&dur, r.event))
            histogram_add(&h, (uint32_t)column_value(&dur, &r, 0));
    records_close(s);
    column_free(&dur);
    draw(&b, t, &h);
    if (option_given(o, 'j'))
        json_print(json_pack("{s:o,s:o,s:o}", "completeness", json_completeness(t), "durations",
                             json_durations(t, &h), "buckets", json_bars(t, &h)), false);
    else {
        print_completeness(stdout, t);
        print_summary(t, &h);
        bars_print(stdout, &b);
    }
    if (option_text(o, 'o'))
        bars_plot(&b, option_text(o, 'o'), "Durations", "spans");
    status = exit_status(t);
    trace_close(t);
    return status;
}

int verb_hist(const struct options *o)
{
    if (option_given(o, 'L'))
        return kept_live(o);
    if (!o->path_count)
        fail("a FILE is missing, or --live; see vtrace hist --help");
    if (option_given(o, 'A'))
        return kept_in_file(o);
    if (o->path_count > 1)
        fail("names are chosen of what --always or --live shows; see vtrace hist --help");
    return hist_of_spans(o);
}
