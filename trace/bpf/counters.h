/* SPDX-License-Identifier: BSD-2-Clause */
/* Events that the machine counts, by the names of libpfm4, for the deltas of spans. */
#ifndef BPF_COUNTERS_H
#define BPF_COUNTERS_H

#include <stdint.h>

#define COUNTERS_MAX 3

struct counters {
    unsigned count;
    const char *names[COUNTERS_MAX];
};

/*
 * Opens each event of `list`, names with commas between, on every CPU, and puts it into the next of the perf event
 * arrays `maps`. What cannot be counted here is left out, and said, once. Fails when there are more than
 * COUNTERS_MAX names.
 */
void counters_open(struct counters *c, char *list, const int *maps, int cpus);

#endif
