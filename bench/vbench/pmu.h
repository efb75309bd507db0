/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's own counters: named by libpfm4, opened with perf_event_open, tried by counting.
 */
#ifndef BENCH_VBENCH_PMU_H
#define BENCH_VBENCH_PMU_H

#include <stdbool.h>

/* Counts an event over a known loop; true if it counted. `*detail` gets a phrase to free. */
bool pmu_probe(const char *event, char **detail);

#endif
