/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data of the plots: a heading with the columns' meaning, then a line per point; `?` is no value.
 */
#ifndef BENCH_VBENCH_PLOT_DATA_H
#define BENCH_VBENCH_PLOT_DATA_H

#include "bench/vbench/study.h"

#include <stdio.h>

/* Each writes one plot's data and returns its number of lines. */

/* Ratios to native of the rows of a table of suite.def, or of all micro-benchmarks. */
unsigned write_ratios(FILE *out, const struct study *s, const char *table);
unsigned write_all_ratios(FILE *out, const struct study *s, const char *unused);

/* Performance relative to native of the cells of Figure 3, the paper's and ours. */
unsigned write_figure3_bars(FILE *out, const struct study *s, const char *unused);

/* Throughput of many domains by their number and time slice, the paper's and ours. */
unsigned write_scale(FILE *out, const struct study *s, const char *unused);

/* Instructions per entry of mmu_update by the size of the batch. */
unsigned write_batching(FILE *out, const struct study *s, const char *unused);

/* Percent of a benchmark's instructions that user, kernel and hypervisor execute. */
unsigned write_breakdown(FILE *out, const struct study *s, const char *unused);

/* Ratios to native by document, the oldest first. */
unsigned write_history(FILE *out, const struct study *s, const char *unused);

#endif
