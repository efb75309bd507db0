/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/bpf/clock.h"

#include <time.h>
#include <x86intrin.h>

#define TRIES 20

static struct clock_pair one_pair(void)
{
    struct timespec ts;
    uint64_t before = __rdtsc(), after;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    after = __rdtsc();
    return (struct clock_pair){before + (after - before) / 2,
                               (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec,
                               (after - before + 1) / 2};
}

/* The tightest of several: an interrupt in between makes a pair worthless. */
struct clock_pair clock_pair_read(void)
{
    struct clock_pair best = one_pair();

    for (int i = 1; i < TRIES; i++) {
        struct clock_pair p = one_pair();

        if (p.error < best.error)
            best = p;
    }
    return best;
}

uint64_t clock_ticks(struct clock_pair from, struct clock_pair to, uint64_t ns)
{
    __int128 ticks = (__int128)(to.tsc - from.tsc) * (int64_t)(ns - from.ns);

    return to.ns == from.ns ? from.tsc : from.tsc + (uint64_t)(ticks / (int64_t)(to.ns - from.ns));
}

uint64_t clock_hz(struct clock_pair from, struct clock_pair to)
{
    return (uint64_t)((unsigned __int128)(to.tsc - from.tsc) * 1000000000 / (to.ns - from.ns));
}
