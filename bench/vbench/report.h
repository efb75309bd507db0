/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is made from a result document for people: BENCHMARKS.md and the plots.
 */
#ifndef BENCH_VBENCH_REPORT_H
#define BENCH_VBENCH_REPORT_H

#include "bench/vbench/paper.h"
#include "bench/vbench/result.h"

/* Writes BENCHMARKS.md and plots/ under `root`; 0 or a complaint and -errno. The same document
 * gives the same bytes. */
int report_write(const struct result *r, const struct paper *paper, const char *root);

#endif
