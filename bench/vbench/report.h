/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BENCHMARKS.md: the verdict first, then the paper's tables with our rows, then all else.
 */
#ifndef BENCH_VBENCH_REPORT_H
#define BENCH_VBENCH_REPORT_H

#include "bench/vbench/study.h"

/* Writes BENCHMARKS.md and plots/ under `root`; 0 or a complaint and -errno. The same study gives the
 * same bytes. */
int report_write(const struct study *s, const char *root);

#endif
