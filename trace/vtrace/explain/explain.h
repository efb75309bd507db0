/* SPDX-License-Identifier: BSD-2-Clause */
/* An explanation: the rows that a benchmark's difference between two sides is the sum of. */
#ifndef VTRACE_EXPLAIN_EXPLAIN_H
#define VTRACE_EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "trace/vtrace/explain/side.h"

#define EXPLAIN_ROWS 64

/* Who spent it, on which path; per operation. */
struct part {
    const char *who, *path;
    double instructions;
};

struct explanation {
    const char *benchmark;
    struct sample was, is;
    double before, now;              /* instructions per operation, by the guest's clock */
    struct part parts[EXPLAIN_ROWS]; /* the largest first, what is unexplained last; their sum is now - before */
    size_t count;
};

/* How one thing was counted on both sides, per operation. */
struct change {
    const char *name;
    double before, now;
};

struct explanation explain(const char *benchmark, struct sample was, struct sample is);

/* Is all but 3 % explained? */
bool is_explained(const struct explanation *e);

/* What one tally has per operation on both sides, the largest change first; the caller frees it. */
struct change *changes(const struct explanation *e, const struct tally *was, const struct tally *is, size_t *count);

/* --- What is written of it (print.c) --- */

struct wording {
    const char *was, *is; /* "natively", "on Vantage" */
    bool between_builds;  /* both sides are Vantage */
    size_t lines;         /* of each list, at most */
};

void explanation_print(const struct explanation *e, const struct wording *w);
json_t *explanation_json(const struct explanation *e, const struct wording *w);
void explanation_map_row(const struct explanation *e);

/* --- Who executes what (breakdown.c) --- */

#define BREAKDOWN_COLUMNS "native,vantage,xen"

/* As JSON, of a folder that has these columns; benchmarks in the order of bench/suite.def. */
void breakdown_print(const char *folder, const char *const *benchmarks, size_t count);

#endif
