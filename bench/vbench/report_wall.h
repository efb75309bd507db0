/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report's section on the host's clock: what instruction counts do not see.
 */
#ifndef BENCH_VBENCH_REPORT_WALL_H
#define BENCH_VBENCH_REPORT_WALL_H

#include "bench/vbench/study.h"

#include <stdio.h>

/* Writes the section; nothing where no run by the host's clock was kept. */
void write_wall(FILE *out, const struct study *s);

#endif
