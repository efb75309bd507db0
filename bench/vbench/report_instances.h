/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report's sections on Figures 4 and 5.
 */
#ifndef BENCH_VBENCH_REPORT_INSTANCES_H
#define BENCH_VBENCH_REPORT_INSTANCES_H

#include "bench/vbench/study.h"

#include <stdio.h>

/* Writes those that there are results for. */
void write_instances_sections(FILE *out, const struct study *s);

#endif
