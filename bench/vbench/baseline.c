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

/* What stands for the image of a mini guest, which is a kernel alone. */
#define NO_IMAGE "none"

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
                           text("%s", runs->initrd_sha256 ? runs->initrd_sha256 : NO_IMAGE), {{{0, 0, 0}}}, {{0}}};
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

/* Is each of the parts of `s`, which are joined by +, one of `all`? */
static bool is_part(const char *s, const char *all)
{
    if (!strcmp(s, NO_IMAGE))
        return true;
    for (; *s; s += strspn(s, "+")) {
        size_t n = strcspn(s, "+");
        const char *at = all;
        while (*at && (strcspn(at, "+") != n || strncmp(at, s, n)))
            at += strcspn(at, "+") + (at[strcspn(at, "+")] == '+');
        if (!*at)
            return false;
        s += n;
    }
    return true;
}

char *baseline_mismatch(const struct baseline *base, const struct baseline *now)
{
    const struct {
        const char *what, *base, *now;
    } parts[] = {{"QEMU", base->qemu, now->qemu},
                 {"guest kernel", base->kernel_sha256, now->kernel_sha256},
                 {"guest image", base->initrd_sha256, now->initrd_sha256}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!parts[i].base || !parts[i].now ||
            (i == 0 ? strcmp(parts[i].base, parts[i].now) != 0
                    : !is_part(parts[i].now, parts[i].base)))
            return text("the %s is another one: %s, now %s", parts[i].what,
                        parts[i].base ? parts[i].base : "unknown",
                        parts[i].now ? parts[i].now : "unknown");
    return NULL;
}

void baseline_clear(struct baseline *b)
{
    *b = (struct baseline){0};
    for (int i = 0; i < COLUMNS * ROWS; i++)
        b->value[i / ROWS][i % ROWS] = (struct band){NAN, NAN, NAN};
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
