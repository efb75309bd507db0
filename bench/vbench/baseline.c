/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values: bands of several runs, and merging. Its file is baseline_file.c.
 */
#include "bench/vbench/baseline.h"
#include "bench/vbench/host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 16 };

static char *copy(const char *s)
{
    return text("%s", s ? s : "unknown");
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of so many values, at least one; it sorts them. The lower of two middles. */
static struct band band_of(double *values, unsigned n)
{
    qsort(values, n, sizeof *values, by_size);
    return (struct band){values[(n - 1) / 2], values[0], values[n - 1]};
}

/* NAN as soon as one run has no value. */
static struct band value_band(const struct result *runs, unsigned n, enum column_id column, int row)
{
    double values[RUNS_MAX];
    for (unsigned i = 0; i < n; i++)
        if (!metric_value(runs[i].columns[column].metrics, row, &values[i]))
            return (struct band){NAN, NAN, NAN};
    struct band band = band_of(values, n);
    double ns = unit_ns(suite_rows[row].unit);
    return (struct band){band.median * ns, band.low * ns, band.high * ns};
}

static void event_add(struct event_bands *list, const struct result *runs, unsigned n,
                      enum column_id column, int row, const char *name)
{
    double counts[RUNS_MAX];
    for (unsigned i = 0; i < list->n; i++)
        if (!strcmp(list->of[i].name, name))
            return;
    if (list->n == EVENTS_MAX)
        return;
    for (unsigned i = 0; i < n; i++)
        counts[i] = event_count(runs[i].columns[column].events[row], name);
    struct event_band *event = &list->of[list->n++];
    memcpy(event->name, name, sizeof event->name);
    event->count = band_of(counts, n);
}

/* Every event that happened in any of the runs. */
static struct event_bands *events_of(const struct result *runs, unsigned n, enum column_id column,
                                     int row)
{
    struct event_bands *list = NULL;
    for (unsigned i = 0; i < n; i++) {
        const struct event_list *counted = runs[i].columns[column].events[row];
        if (counted && !list)
            list = calloc(1, sizeof *list);
        for (unsigned k = 0; counted && list && k < counted->n; k++)
            event_add(list, runs, n, column, row, counted->of[k].name);
    }
    return list;
}

void baseline_of(const struct result *runs, unsigned n, struct baseline *b)
{
    *b = (struct baseline){copy(runs->commit), copy(runs->qemu), copy(runs->kernel_sha256),
                           copy(runs->initrd_sha256), {{{0, 0, 0}}}, {{0}}};
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++) {
            b->value[c][i] = value_band(runs, n, c, i);
            b->events[c][i] = events_of(runs, n, c, i);
        }
}

struct band event_band(const struct event_bands *list, const char *name)
{
    for (unsigned i = 0; list && i < list->n; i++)
        if (!strcmp(list->of[i].name, name))
            return list->of[i].count;
    return (struct band){0, 0, 0};
}

void baseline_merge(struct baseline *b, struct baseline *newer)
{
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++) {
            if (isnan(newer->value[c][i].median))
                continue;
            b->value[c][i] = newer->value[c][i];
            free(b->events[c][i]);
            b->events[c][i] = newer->events[c][i];
            newer->events[c][i] = NULL;
        }
    free(b->commit);
    b->commit = newer->commit;
    newer->commit = NULL;
}

char *baseline_mismatch(const struct baseline *a, const struct baseline *b)
{
    const struct {
        const char *what, *a, *b;
    } parts[] = {{"QEMU", a->qemu, b->qemu},
                 {"guest kernel", a->kernel_sha256, b->kernel_sha256},
                 {"guest image", a->initrd_sha256, b->initrd_sha256}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!parts[i].a || !parts[i].b || strcmp(parts[i].a, parts[i].b))
            return text("the %s is another one: %s, now %s", parts[i].what,
                        parts[i].a ? parts[i].a : "unknown", parts[i].b ? parts[i].b : "unknown");
    return NULL;
}

void baseline_free(struct baseline *b)
{
    free(b->commit);
    free(b->qemu);
    free(b->kernel_sha256);
    free(b->initrd_sha256);
    for (int i = 0; i < COLUMNS * ROWS; i++)
        free(b->events[i / ROWS][i % ROWS]);
    *b = (struct baseline){0};
}
