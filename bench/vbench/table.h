/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The comparison as a person reads it, on a terminal and in BENCHMARKS.md.
 */
#ifndef BENCH_VBENCH_TABLE_H
#define BENCH_VBENCH_TABLE_H

#include "bench/vbench/paper.h"
#include "bench/vbench/result.h"

#include <stdio.h>

/* One row's figures; what is not known is NAN. */
struct figures {
    double value[COLUMNS];
    double ratio[COLUMNS]; /* to the base column */
    double paper_ratio;    /* the paper's Xen to its native Linux */
    double half;           /* the ratio at which Vantage has half of Xen's overhead */
    double goal;           /* the ratio it wants to reach */
    double share;          /* Vantage's overhead over native as a part of Xen's */
};

/* The column that ratios refer to: native, or the first one the run was asked for. */
enum column_id base_column(const struct result *r);

struct figures figures_of(const struct result *r, const struct paper *paper, enum row_id row);

/* Was the row measured in some column? */
bool is_measured(const struct figures *f);

/* Geometric mean of a column's ratios over the rows shown, NAN without any; `n` gets their number. */
double ratio_geomean(const struct result *r, enum column_id column, unsigned *n);

/* The same over the rows that share this one's cell of a table. */
double cell_ratio(const struct result *r, enum row_id row, enum column_id column);

/* A value with about four significant digits, a ratio, a share; "-" for NAN. Into `to`, returned.
 */
enum { NUMBER_MAX = 32 };
char *number_print(char to[NUMBER_MAX], double value);
char *ratio_print(char to[NUMBER_MAX], double ratio);
char *percent_print(char to[NUMBER_MAX], double share);

/* The rows of the result as an aligned table, and a line for each column that failed. */
void table_print(FILE *out, const struct result *r, const struct paper *paper);

/* Prints what --events counted, a line for each row and column; nothing where nothing was. */
void counts_print(FILE *out, const struct result *r);

#endif
