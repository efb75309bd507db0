/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times by the host's clock: what the rounds of a run without the instruction clock say of each row.
 */
#ifndef BENCH_VBENCH_WALL_H
#define BENCH_VBENCH_WALL_H

#include "bench/vbench/run.h"

#include <jansson.h>

/* The median of n samples of one row in one column, in the row's unit, and between which bounds the median of all
 * there could be is: 99 % of such intervals have it. n 0: it did not run there. */
struct estimate {
    unsigned n;
    double low, median, high;
};

enum wall_verdict { WALL_MISSING, WALL_FASTER, WALL_NOT_APART, WALL_SLOWER };

struct wall_row {
    struct estimate column[COLUMNS];
    enum wall_verdict verdict; /* on Vantage against the better configuration of Xen */
};

/* Of n values, 1 or more, which are sorted. The bounds are values themselves, those whose ranks the binomial distribution
 * (its normal approximation) gives: nothing is assumed of how the values are distributed. */
struct estimate estimate_of(double *values, unsigned n);

/* Vantage against Xen: apart only when the intervals do not overlap. */
enum wall_verdict wall_verdict(const struct estimate *vantage, const struct estimate *xen);

/* What a run by the host's clock found (results/wall.json). */
struct wall {
    char *commit, *host; /* NULL: there is none */
    unsigned rounds; /* that the row measured most often has */
    struct wall_row rows[ROWS];
};

/* "faster", "not apart", "slower"; "" for a row that is missing on one side. */
const char *wall_verdict_name(enum wall_verdict verdict);

/* Fills the rows from the samples of plan->seeds rounds, the last of which an interrupted run may not have. What a row
 * subtracts under the instruction clock stays in: a difference of two noisy times says nothing. */
void wall_judge(const struct run_plan *plan, const struct result *rounds, struct wall *w);

/* The one of its two configurations that is faster at this row; of n 0 if it ran in neither. */
const struct estimate *wall_better_xen(const struct wall_row *row);

/* Is Vantage slower at any row? */
bool wall_is_slower(const struct wall *w);

/* Prints it as a table, or as the document vbench-wall/1. */
void wall_print(FILE *out, const struct run_plan *plan, const struct wall *w);
void wall_json(FILE *out, const struct wall *w);

/* Takes the document back; verdicts are made anew from the intervals. Rows of unknown names are left out.
 * 0, or -EINVAL for what is not a vbench-wall/1. */
int wall_take(struct wall *w, const json_t *root);

void wall_free(struct wall *w);

#endif
