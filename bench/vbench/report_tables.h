/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of BENCHMARKS.md.
 */
#ifndef BENCH_VBENCH_REPORT_TABLES_H
#define BENCH_VBENCH_REPORT_TABLES_H

#include "bench/vbench/study.h"
#include "bench/vbench/table.h"

/* Is a row of this table of suite.def measured? */
bool has_table(const struct study *s, const char *table);

/* A table of the paper in its layout, a column per benchmark: ratios to native, then values. */
void write_paper_table(FILE *out, const struct study *s, const char *table);

/* A table of ours, a line per benchmark. */
void write_row_table(FILE *out, const struct study *s, const char *table);

/* Vantage beside Xen, without native: the primitives in instructions, memory in bytes. */
void write_beside_xen(FILE *out, const struct study *s, const char *table);

/* Performance relative to native, a column per cell: the paper's and ours, then a line per benchmark. */
void write_relative_table(FILE *out, const struct study *s, const char *table);

#endif
