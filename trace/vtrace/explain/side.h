/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One side of an explanation: a folder with a result document of vbench (result.json) and what the counting
 * plugin wrote meanwhile (counts.COLUMN), as bench/explain/count makes it.
 */
#ifndef VTRACE_EXPLAIN_SIDE_H
#define VTRACE_EXPLAIN_SIDE_H

#include <jansson.h>
#include <stdbool.h>

#include "trace/vtrace/explain/counts.h"

struct side {
    const char *title; /* "natively" */
    json_t *result;
    struct counts counts;
    const json_t *benches; /* of the column */
    size_t at;             /* the interval that was found last */
};

/* The median sample of a benchmark, and what the interval it was taken in is made of. */
struct sample {
    const struct interval *of; /* NULL: the benchmark was not run */
    double instructions;       /* by the guest's clock */
    double operations;
};

/* Fails with a sentence when the folder holds no run of that column. */
void side_open(struct side *s, const char *title, const char *folder, const char *column);
void side_close(struct side *s);

/* Benchmarks must be asked for in the order of bench/suite.def: it is that of the intervals. */
struct sample side_sample(struct side *s, const char *benchmark);

/* A string of the result document or of its environment, "?" when it says nothing. */
const char *side_says(const struct side *s, const char *key);

#endif
