/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the jobs of a schedule found, put together as the columns of a result.
 */
#ifndef BENCH_VBENCH_HARVEST_H
#define BENCH_VBENCH_HARVEST_H

#include "bench/vbench/schedule.h"

/* Fills the planned columns of the result, and of each seed's result; takes over what the jobs own. Joins
 * each column's consoles to build/bench/<column>.log. */
void harvest(struct schedule *s, const struct run_plan *plan, struct result *result,
             struct result *seeded);

#endif
