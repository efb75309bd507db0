/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/kept.h"
#include "trace/vtrace/bars.h"
#include "trace/vtrace/json.h"
#include "trace/vtrace/live/live.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

/* Where they come from. */
struct source {
    const struct schema *schema;
    const struct trace_histograms *const *of; /* of each CPU; NULL: it has none */
    size_t count;
    double tsc_hz;
    char **names; /* patterns; none: all that hold anything */
    int name_count;
};

/* One histogram, of all CPUs. */
struct kept {
    const struct histogram_rows *row;
    char name[80];
    double scale; /* of its unit: ns, or 1 */
    uint64_t count, sum, max, bucket[TRACE_BUCKETS];
};

static void add_cpu(struct kept *k, const struct trace_histogram *h)
{
    for (unsigned i = 0; i < TRACE_BUCKETS; i++) {
        k->bucket[i] += h->bucket[i];
        k->count += h->bucket[i];
    }
    k->sum += h->sum;
    k->max = h->max > k->max ? h->max : k->max;
}

static void sum_up(struct kept *k, const struct source *s, const struct histogram_rows *row, unsigned n)
{
    const char *name = schema_name_of(s->schema, row->of, n);

    *k = (struct kept){.row = row, .scale = strcmp(row->unit, "ticks") ? 1 : 1e9 / s->tsc_hz};
    if (name)
        snprintf(k->name, sizeof(k->name), "%s.%s", row->name, name);
    else if (row->rows > 1)
        snprintf(k->name, sizeof(k->name), "%s.%u", row->name, n);
    else
        snprintf(k->name, sizeof(k->name), "%s", row->name);
    for (size_t i = 0; i < s->count; i++)
        if (s->of[i] && row->first + n < s->of[i]->rows)
            add_cpu(k, &s->of[i]->row[row->first + n]);
}

static bool is_chosen(const struct source *s, const struct kept *k)
{
    for (int i = 0; i < s->name_count; i++)
        if (!fnmatch(s->names[i], k->name, 0) || !strcmp(s->names[i], k->row->name))
            return true;
    return !s->name_count && k->count;
}

/* The highest value of the bucket that a share of all values reaches into. */
static double percentile(const struct kept *k, double share)
{
    uint64_t wanted = (uint64_t)((double)k->count * share + 0.999999), seen = 0;

    for (unsigned i = 0; i < TRACE_BUCKETS; i++) {
        seen += k->bucket[i];
        if (seen && seen >= wanted) {
            uint64_t high = trace_bucket_low(i + 1) - 1;

            return (double)(i + 1 == TRACE_BUCKETS || high > k->max ? k->max : high) * k->scale;
        }
    }
    return 0;
}

static double mean(const struct kept *k)
{
    return k->count ? (double)k->sum * k->scale / (double)k->count : 0;
}

static const char *unit(const struct kept *k)
{
    return strcmp(k->row->unit, "count") ? "ns" : "count";
}

/* --- Ways to show one --- */

static void draw(struct bars *b, const struct kept *k)
{
    unsigned first = 0, last = TRACE_BUCKETS;

    *b = (struct bars){.unit = unit(k)};
    while (first < TRACE_BUCKETS && !k->bucket[first])
        first++;
    while (last > first && !k->bucket[last - 1])
        last--;
    for (unsigned i = first; i < last; i++)
        bars_add(b, (double)trace_bucket_low(i) * k->scale, (double)trace_bucket_low(i + 1) * k->scale, k->bucket[i]);
}

static void print_title(void)
{
    printf("%-34s %10s %9s", "histogram", "values", "mean");
    for (unsigned i = 0; i < PERCENTILES; i++)
        printf(" %9s", percentiles[i].title);
    printf(" %9s\n", "max");
}

static void print_row(const struct kept *k)
{
    char text[32];

    printf("%-34s %10" PRIu64 " %9s", k->name, k->count, text_value(text, sizeof(text), unit(k), mean(k)));
    for (unsigned i = 0; i < PERCENTILES; i++)
        printf(" %9s", text_value(text, sizeof(text), unit(k), percentile(k, percentiles[i].share)));
    printf(" %9s\n", text_value(text, sizeof(text), unit(k), (double)k->max * k->scale));
}

static json_t *json_row(const struct kept *k)
{
    json_t *bars = json_array(), *percents = json_object();
    struct bars b;

    draw(&b, k);
    for (unsigned i = 0; i < b.count; i++)
        if (b.of[i].values)
            json_array_append_new(bars, json_pack("{s:f,s:f,s:I}", "from", b.of[i].from, "to", b.of[i].to, "count",
                                                  (json_int_t)b.of[i].values));
    for (unsigned i = 0; i < PERCENTILES; i++)
        json_object_set_new(percents, percentiles[i].title, json_real(percentile(k, percentiles[i].share)));
    return json_pack("{s:s,s:s,s:s,s:I,s:f,s:f,s:o,s:o}", "name", k->name, "unit", unit(k), "meaning",
                     k->row->meaning, "count", (json_int_t)k->count, "mean", mean(k), "max",
                     (double)k->max * k->scale, "percentiles", percents, "buckets", bars);
}

/* --- All of them --- */

/* Calls `each` for the chosen ones; returns how many these are. */
static unsigned each_chosen(const struct source *s, void (*each)(const struct kept *k, void *to), void *to)
{
    static struct kept k;
    unsigned n = 0;

    for (size_t t = 0; t < s->schema->histogram_count; t++)
        for (unsigned i = 0; i < s->schema->histograms[t].rows; i++) {
            sum_up(&k, s, &s->schema->histograms[t], i);
            if (!is_chosen(s, &k))
                continue;
            each(&k, to);
            n++;
        }
    return n;
}

static void to_text(const struct kept *k, void *last)
{
    print_row(k);
    *(struct kept *)last = *k;
}

static void to_json(const struct kept *k, void *all)
{
    json_array_append_new(all, json_row(k));
}

static void print_meanings(const struct schema *s)
{
    printf("# counted since boot without being asked for; percentiles are the upper ends of buckets an eighth wide\n");
    for (size_t i = 0; i < s->histogram_count; i++)
        printf("# %s: %s\n", s->histograms[i].name, s->histograms[i].meaning);
}

/* Bars where only one histogram was asked for. */
static void show_text(const struct source *s, const char *picture)
{
    static struct kept last;
    struct bars b;
    unsigned n;

    print_meanings(s->schema);
    print_title();
    n = each_chosen(s, to_text, &last);
    if (!n && s->name_count)
        fail("no histogram has such a name; without names all are shown");
    if (picture && n != 1)
        fail("a picture shows one histogram, but %u are chosen; name one: vtrace hist --live wake_to_run -o x.svg", n);
    if (n != 1)
        return;
    draw(&b, &last);
    bars_print(stdout, &b);
    if (picture)
        bars_plot(&b, picture, last.name, "values");
}

static json_t *json_of(const struct source *s)
{
    json_t *all = json_array();

    each_chosen(s, to_json, all);
    return json_pack("{s:o}", "histograms", all);
}

static int show(const struct source *s, const struct options *o)
{
    if (!s->schema->histogram_count)
        fail("a hypervisor older than its always-kept histograms made this");
    if (option_given(o, 'j') && !option_given(o, 'o'))
        json_print(json_of(s), false);
    else
        show_text(s, option_text(o, 'o'));
    if (fflush(stdout))
        fail("the output cannot be written");
    return 0;
}

static struct source source_of(const struct trace *t)
{
    return (struct source){.schema = &t->schema, .of = t->histograms, .count = t->histogram_count,
                           .tsc_hz = (double)t->header.tsc_hz};
}

json_t *kept_json(const struct trace *t)
{
    struct source s = source_of(t);

    return json_of(&s);
}

int kept_in_file(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);
    struct source s = source_of(t);
    int status;

    s.names = o->paths + 1;
    s.name_count = o->path_count - 1;
    if (!s.count)
        fail("%s holds no histograms: it was cut, or a crash's copy of the rings", o->paths[0]);
    status = show(&s, o);
    trace_close(t);
    return status;
}

int kept_live(const struct options *o)
{
    struct live l;
    struct source s = {.schema = &l.schema, .of = l.histograms, .count = TRACE_DESCRIPTOR_CPUS, .names = o->paths,
                       .name_count = o->path_count};

    live_open(&l);
    live_map_rings(&l);
    live_map_histograms(&l);
    s.tsc_hz = (double)l.header.tsc_hz;
    return show(&s, o);
}
