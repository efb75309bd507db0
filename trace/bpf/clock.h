/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two clocks, one line: BPF programs read CLOCK_MONOTONIC in ns, the hypervisor's trace counts ticks of the TSC.
 * Readings of both, taken together before and after a record, give its ticks by interpolation.
 */
#ifndef BPF_CLOCK_H
#define BPF_CLOCK_H

#include <stdint.h>

struct clock_pair {
    uint64_t tsc, ns;
    uint64_t error; /* ticks: half the bracket within which both were read */
};

struct clock_pair clock_pair_read(void);

/* Ticks at `ns`, on the line through both pairs. */
uint64_t clock_ticks(struct clock_pair from, struct clock_pair to, uint64_t ns);

/* Ticks in a second, between two pairs. */
uint64_t clock_hz(struct clock_pair from, struct clock_pair to);

#endif
