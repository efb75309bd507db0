/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verbs report and plot: which documents to take, and what to make of them.
 */
#ifndef BENCH_VBENCH_PUBLISH_H
#define BENCH_VBENCH_PUBLISH_H

/* BENCHMARKS.md and all plots from these documents, or from those of the tree with none; the exit
 * status it deserves (enum exit_status). */
int publish_report(char *const names[], int n);

/* The same from the documents of the tree and this one, which a run has just written. */
int publish_run(const char *path);

/* The plots named, or all with none. Names that end in .json are documents, as above. */
int publish_plots(char *const names[], int n);

#endif
