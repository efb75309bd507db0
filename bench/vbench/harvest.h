/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the jobs of a schedule found, put together as the columns of a result.
 */
#ifndef BENCH_VBENCH_HARVEST_H
#define BENCH_VBENCH_HARVEST_H

#include "bench/vbench/schedule.h"

/* Fills the columns the plan asks for, in the result and in that of each seed; takes what the jobs own. Each column's consoles, one after the
 * other, are then in build/bench/<column>.log. */
void harvest(struct schedule *s, const struct run_plan *plan, struct result *result,
             struct result *seeded);

#endif
