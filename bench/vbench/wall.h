/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times by the host's clock: what the rounds of a run without the instruction clock say of each row.
 */
#ifndef BENCH_VBENCH_WALL_H
#define BENCH_VBENCH_WALL_H

#include "bench/vbench/run.h"

/* Of one row in one column, in the row's unit; n 0: it did not run there. */
struct spread {
    unsigned n;
    double low, median, high; /* quartiles */
};

enum wall_verdict { WALL_MISSING, WALL_NO_SLOWER, WALL_NOISY, WALL_SLOWER };

struct wall_row {
    struct spread column[COLUMNS];
    enum wall_verdict verdict; /* on Vantage against the better configuration of Xen */
};

/* Quartiles of n values, 1 or more, which are sorted. By linear interpolation, as R's type 7. */
struct spread spread_of(double *values, unsigned n);

/* Vantage against Xen: apart only when the quartiles do not overlap. */
enum wall_verdict wall_verdict(const struct spread *vantage, const struct spread *xen);

/* Fills the rows from plan->seeds rounds. */
void wall_judge(const struct run_plan *plan, const struct result *rounds, struct wall_row rows[ROWS]);

/* Prints them as a table, or as JSON; true if a row is slower. */
bool wall_print(FILE *out, const struct run_plan *plan, const struct wall_row rows[ROWS]);
bool wall_json(FILE *out, const struct run_plan *plan, const struct wall_row rows[ROWS]);

#endif
