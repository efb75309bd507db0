/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verbs report and plot: which documents to take, and what to make of them.
 */
#ifndef BENCH_VBENCH_PUBLISH_H
#define BENCH_VBENCH_PUBLISH_H

/* Writes BENCHMARKS.md and all plots from these documents; from those of the tree if n is 0. Returns the
 * exit status (enum exit_status). */
int publish_report(char *const names[], int n);

/* The same from the documents of the tree and this new one. */
int publish_run(const char *path);

/* Draws the plots of these names, or all. Names that end in .json are documents, as above. */
int publish_plots(char *const names[], int n);

#endif
