/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows, selections and the arithmetic on samples: a median, and the subtraction that suite.def
 * names.
 */
#include "bench/vbench/suite.h"

#include <stdlib.h>
#include <string.h>

const struct suite suites[SUITES] = {
#define SUITE(name, ...) {#name, __VA_ARGS__},
#include "bench/suite.def"
};

const struct row suite_rows[ROWS] = {
#define BENCH(name, suite, ...) {#name, SUITE_##suite, __VA_ARGS__},
#include "bench/suite.def"
};

enum suite_id suite_find(const char *name)
{
    for (int i = 0; i < SUITES; i++)
        if (!strcmp(suites[i].name, name))
            return i;
    return SUITE_NONE;
}

bool suite_has_native(enum suite_id suite)
{
    return *suites[suite].initrd != 0;
}

bool suites_share_image(enum suite_id a, enum suite_id b)
{
    return !strcmp(suites[a].kernel, suites[b].kernel) &&
           !strcmp(suites[a].initrd, suites[b].initrd);
}

enum row_id row_find(const char *name)
{
    for (int i = 0; i < ROWS; i++)
        if (!strcmp(suite_rows[i].name, name))
            return i;
    return ROW_NONE;
}

bool row_is_shown(enum row_id row)
{
    return strcmp(suite_rows[row].table, "term") != 0;
}

bool row_is_time(enum row_id row)
{
    return strcmp(suite_rows[row].unit, "B") != 0;
}

const char *row_counts(enum row_id row)
{
    return row_is_time(row) ? "instructions" : "bytes";
}

bool is_first_of_cell(enum row_id row)
{
    for (int i = 0; i < (int)row; i++)
        if (!strcmp(suite_rows[i].table, suite_rows[row].table) &&
            !strcmp(suite_rows[i].cell, suite_rows[row].cell))
            return false;
    return true;
}

static bool selection_add_suite(struct selection *s, const char *name)
{
    enum suite_id suite = suite_find(name);
    if (suite == SUITE_NONE)
        return false;
    for (int i = 0; i < ROWS; i++)
        if (suite_rows[i].suite == suite ||
            !strcmp(suites[suite].also, suites[suite_rows[i].suite].name))
            s->has[i] = true;
    return true;
}

bool selection_add(struct selection *s, const char *name)
{
    int row = row_find(name);
    if (row == ROW_NONE)
        return selection_add_suite(s, name);
    for (; row != ROW_NONE; row = row_find(suite_rows[row].minus))
        s->has[row] = true;
    return true;
}

unsigned selection_count(const struct selection *s)
{
    unsigned n = 0;
    for (int i = 0; i < ROWS; i++)
        n += s->has[i];
    return n;
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void metric_add(struct metric *m, const struct metric *more)
{
    m->iters = more->iters;
    for (unsigned i = 0; i < more->n && m->n < SAMPLES_MAX; i++)
        m->sample[m->n++] = more->sample[i];
}

double unit_ns(const char *unit)
{
    return !strcmp(unit, "s") ? 1e9 : !strcmp(unit, "us") ? 1e3 : 1;
}

double metric_median(const struct metric *m)
{
    uint64_t sorted[SAMPLES_MAX];
    memcpy(sorted, m->sample, m->n * sizeof *sorted);
    qsort(sorted, m->n, sizeof *sorted, by_size);
    double middle = sorted[m->n / 2];
    if (m->n % 2 == 0)
        middle = (middle + sorted[m->n / 2 - 1]) / 2;
    return middle / m->iters;
}

bool metric_value(const struct metric metrics[ROWS], enum row_id row, double *value)
{
    double ns = 0, sign = 1;
    /* a - (b - (c - ...)): the signs alternate down the chain of subtractions. */
    for (int i = row; i != ROW_NONE; i = row_find(suite_rows[i].minus), sign = -sign) {
        if (!metric_is_there(&metrics[i]))
            return false;
        ns += sign * metric_median(&metrics[i]);
    }
    *value = ns / unit_ns(suite_rows[row].unit);
    return true;
}
