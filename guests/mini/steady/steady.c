/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Works at an even pace until the machine ends: each millisecond a marker in the trace, counted from 1, a few
 * hypercalls and a sleep. Says how far it is after every hundred. For tests that look at a machine while it runs.
 */
#include "../lib/hypercall.h"

#include <xen/sched.h>
#include <xen/version.h>

enum { CALLS = 3, ROUND_NS = 1000000, ROUNDS_SAID = 100, MARK_ID = 0x57ead };

static void mark(u64 value)
{
    struct vantage_mark m = {.value = value, .id = MARK_ID};

    while (hyp_vantage_op(VANTAGE_TRACE_MARK, &m))
        ;
}

static void sleep_until(u64 ns)
{
    struct sched_poll p = {.timeout = ns};

    hyp_sched_op(SCHEDOP_poll, &p);
}

void mini_main(const char *args)
{
    for (u64 round = 1;; round++) {
        u64 begin = time_ns();

        mark(round);
        for (unsigned int i = 0; i < CALLS; i++)
            hyp_xen_version(XENVER_version, 0);
        if (round % ROUNDS_SAID == 0)
            print("steady %lu\n", round);
        sleep_until(begin + ROUND_NS);
    }
}
