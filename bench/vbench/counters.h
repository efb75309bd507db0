/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters of the processor (pmu.h) on a QEMU, read where a benchmark begins and ends. They count what
 * the host does for it: under KVM that is the guest's own work, under TCG the emulator's. vbench learns
 * of both moments from the console, so each count is uncertain by what happens in about a millisecond.
 */
#ifndef BENCH_VBENCH_COUNTERS_H
#define BENCH_VBENCH_COUNTERS_H

#include "bench/vbench/event.h"

#include <sys/types.h>

enum { COUNTERS_MAX = 8 };

struct counters {
    unsigned n;
    struct counter {
        char name[EVENT_NAME_MAX];
        int fd;
        uint64_t marked;
    } of[COUNTERS_MAX];
};

/* Of a comma-separated list of events, those that this machine can count, as such a list to free; NULL if
 * it can count none. Complains about the others, once for each reason. */
char *counters_possible(const char *list);

/* Begins to count in a process and what it will start; what cannot be opened is left out. */
void counters_open(struct counters *c, const char *list, pid_t process);

/* A benchmark begins. */
void counters_mark(struct counters *c);

/* What was counted since, to free; NULL without any counter. */
struct event_list *counters_since(const struct counters *c);

void counters_close(struct counters *c);

#endif
