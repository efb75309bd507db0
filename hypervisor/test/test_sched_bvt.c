/* SPDX-License-Identifier: BSD-2-Clause */
/* What BVT promises: shares by weight, prompt waking, and warps that lower latency but are no share. */
#include "actors.h"
#include "lib/bug.h"

/* The longest wait of one that sleeps now and then, beside three that compute. */
static uint64_t worst_wait(uint64_t run_ns, uint64_t sleep_ns, uint64_t warp_ns)
{
    struct actor *sleeper;

    for (unsigned i = 0; i < 3; i++)
        actor_add(256, 0, 0);
    sleeper = actor_add(256, run_ns, sleep_ns);
    sleeper->share.warp_ns = warp_ns;
    actors_run();
    return sleeper->worst_ns;
}

/* With the lowest time it is the first of its equals, and else a warp helps. */
static void warp(void)
{
    struct actor *greedy;
    uint64_t seldom = worst_wait(100 * US, 49 * MS, 0);
    uint64_t often = worst_wait(300 * US, 1700 * US, 0), warped = worst_wait(300 * US, 1700 * US, 100 * MS);

    check(seldom <= 5 * MS, "who wakes now and then waits for no turn but the one that is");
    check(often >= 5 * MS && warped <= 1 * MS, "a warp makes waking prompt");
    actor_add(256, 0, 0);
    greedy = actor_add(256, 0, 0);
    greedy->share.warp_ns = 900 * MS;
    actors_run();
    check(is_within(greedy->used_ns, SPAN / 2, 10), "one that warps and never sleeps gains no share");
}

int main(void)
{
    if (sched_init("bvt"))
        panic("no bvt");
    fake_machine(1);
    check_promises();
    warp();
    return check_end();
}
