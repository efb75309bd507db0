/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's own counters: named by libpfm4, opened with perf_event_open, tried by counting.
 */
#ifndef BENCH_VBENCH_PMU_H
#define BENCH_VBENCH_PMU_H

#include <perfmon/pfmlib_perf_event.h>
#include <stdbool.h>
#include <sys/types.h>

/* What perf_event_open wants to know of an event that libpfm4 has a name for, at these privilege levels
 * (PFM_PLM*) unless the name says otherwise (INSTRUCTIONS:u); false, and a phrase to free in `*why`. */
bool pmu_encode(const char *event, unsigned levels, struct perf_event_attr *attr, char **why);

/* Counts an event over a known loop; true if it counted. `*detail` gets a phrase to free. */
bool pmu_probe(const char *event, char **detail);

/* A descriptor that counts such an event in a process, in user and in kernel mode unless the name says
 * otherwise, and in all that the process starts from now on; -1, and a phrase to free in `*why`, the same
 * for all events that fail alike. A process of 0 is this one. */
int pmu_open(const char *event, pid_t process, char **why);

#endif
