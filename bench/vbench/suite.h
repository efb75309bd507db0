/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of bench/suite.def as seen by the host, and what was measured for one of them.
 */
#ifndef BENCH_VBENCH_SUITE_H
#define BENCH_VBENCH_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum row_id {
#define BENCH(name, ...) ROW_##name,
#include "bench/suite.def"
    ROWS,
    ROW_NONE = -1,
};

enum suite_id {
#define SUITE(name, ...) SUITE_##name,
#include "bench/suite.def"
    SUITES,
    SUITE_NONE = -1,
};

struct suite {
    const char *name, *kernel, *initrd, *uml, *domu, *also, *what;
};

extern const struct suite suites[SUITES];

/* The suite of this name, or SUITE_NONE. */
enum suite_id suite_find(const char *name);

/* Can it run without a hypervisor? */
bool suite_has_native(enum suite_id suite);

/* Do rows of both run in one boot? */
bool suites_share_image(enum suite_id a, enum suite_id b);

enum { SAMPLES_MAX = 32 };

struct row {
    const char *name;
    enum suite_id suite;
    unsigned iterations, samples;
    const char *table, *cell, *minus, *unit, *what;
};

extern const struct row suite_rows[ROWS];

/* The row of this name, or ROW_NONE. */
enum row_id row_find(const char *name);

/* Is the row one to show, rather than a term that others subtract? */
bool row_is_shown(enum row_id row);

/* Is its value a time, rather than memory? */
bool row_is_time(enum row_id row);

/* What a gate counts of it: "instructions" or "bytes". */
const char *row_counts(enum row_id row);

/* Is it the first of suite.def with its table and cell? Several rows may be parts of one cell. */
bool is_first_of_cell(enum row_id row);

/* A choice of rows. */
struct selection {
    bool has[ROWS];
};

/* Adds a benchmark with the rows it subtracts, or every row of a suite; false if there is neither.
 */
bool selection_add(struct selection *s, const char *name);
unsigned selection_count(const struct selection *s);

/* What a guest reported for a row: `n` samples of `iters` operations each, in nanoseconds or bytes. */
struct metric {
    unsigned iters, n;
    uint64_t sample[SAMPLES_MAX];
};

static inline bool metric_is_there(const struct metric *m)
{
    return m->n > 0;
}

/* Adds the samples of `more`, of as many iterations each, as far as there is room. */
void metric_add(struct metric *m, const struct metric *more);

/* Nanoseconds in a unit of suite.def; 1 for bytes. */
double unit_ns(const char *unit);

/* Median of the samples, nanoseconds or bytes per operation. The metric must be there. */
double metric_median(const struct metric *m);

/* The row's value in its unit, its subtraction done: false where a sample it needs is missing. */
bool metric_value(const struct metric metrics[ROWS], enum row_id row, double *value);

#endif
