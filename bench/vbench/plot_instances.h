/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data of Figures 4 and 5, bars of stacked bands, in three blocks: the bands, the groups of bars, and where the
 * bands of domains with weights should end.
 */
#ifndef BENCH_VBENCH_PLOT_INSTANCES_H
#define BENCH_VBENCH_PLOT_INSTANCES_H

#include "bench/vbench/study.h"

#include <stdio.h>

/* Returns the number of bands. `kind` is web or db. */
unsigned write_instances(FILE *out, const struct study *s, const char *kind);

#endif
