/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/explain/side.h"
#include "trace/vtrace/fail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* An interval is a sample when it has as many instructions as the clock said, but for the clock's own reading. */
#define MATCH_MAX 0.01

/* There is one interval for each reading of the clock: some for a benchmark's terms, then its samples. */
#define INTERVALS_PER_SAMPLE 8

void side_open(struct side *s, const char *title, const char *folder, const char *column)
{
    char path[4096];
    json_error_t error;

    *s = (struct side){.title = title, .at = 1}; /* interval 0 is the boot */
    snprintf(path, sizeof(path), "%s/result.json", folder);
    s->result = json_load_file(path, 0, &error);
    if (!s->result)
        fail("%s: %s", path, error.text);
    s->benches = json_object_get(json_object_get(json_object_get(s->result, "columns"), column), "benches");
    if (!json_object_size(s->benches))
        fail("%s has no benchmark of column %s", path, column);
    snprintf(path, sizeof(path), "%s/counts.%s", folder, column);
    counts_read(&s->counts, path);
}

void side_close(struct side *s)
{
    counts_free(&s->counts);
    json_decref(s->result);
}

const char *side_says(const struct side *s, const char *key)
{
    const char *text = json_string_value(json_object_get(s->result, key));

    if (!text)
        text = json_string_value(json_object_get(json_object_get(s->result, "environment"), key));
    return text ? text : "?";
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Of two middle values the lower; 0 when there are fewer than two samples: a start-up has only one. */
static double median(const json_t *samples)
{
    size_t n = json_array_size(samples);
    double *values, middle;

    if (n < 2)
        return 0;
    values = must_calloc(n, sizeof(*values));
    for (size_t i = 0; i < n; i++)
        values[i] = json_number_value(json_array_get(samples, i));
    qsort(values, n, sizeof(*values), ascending);
    middle = values[(n - 1) / 2];
    free(values);
    return middle;
}

/* Finds the interval of so many instructions. Programs of a ring divide their samples by how many they are. */
static bool find_interval(struct side *s, double sample, size_t samples, unsigned *processes)
{
    static const unsigned rings[] = {1, 2, 8, 16};
    size_t last = s->at + INTERVALS_PER_SAMPLE * (samples + 1), found = 0;
    double best = MATCH_MAX;

    for (size_t i = s->at; i < s->counts.count && i <= last; i++)
        for (size_t r = 0; r < sizeof(rings) / sizeof(rings[0]); r++) {
            double whole = rings[r] * sample, error = fabs((double)s->counts.intervals[i].total - whole) / whole;

            if (error >= best)
                continue;
            best = error;
            found = i;
            *processes = rings[r];
        }
    if (found)
        s->at = found;
    return found;
}

struct sample side_sample(struct side *s, const char *benchmark)
{
    const json_t *one = json_object_get(s->benches, benchmark), *samples = json_object_get(one, "samples_ns");
    double middle = median(samples), iterations = json_number_value(json_object_get(one, "iters"));
    unsigned processes = 1;

    if (middle <= 0 || iterations <= 0)
        return (struct sample){0};
    if (!find_interval(s, middle, json_array_size(samples), &processes))
        fail("%s: no interval of the counts %s has its %.0f instructions", benchmark, s->title, middle);
    return (struct sample){&s->counts.intervals[s->at], middle * processes, iterations * processes};
}
