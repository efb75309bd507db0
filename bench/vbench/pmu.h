/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's own counters: named by libpfm4, opened with perf_event_open, tried by counting.
 */
#ifndef BENCH_VBENCH_PMU_H
#define BENCH_VBENCH_PMU_H

#include <stdbool.h>
#include <sys/types.h>

/* Counts an event over a known loop; true if it counted. `*detail` gets a phrase to free. */
bool pmu_probe(const char *event, char **detail);

/* A descriptor that counts an event of libpfm4 in a process, in user and in kernel mode unless the name
 * says otherwise (INSTRUCTIONS:u), and in all that the process starts from now on; -1, and a phrase to
 * free in `*why`. A process of 0 is this one. */
int pmu_open(const char *event, pid_t process, char **why);

#endif
