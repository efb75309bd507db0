/* SPDX-License-Identifier: BSD-2-Clause */
/* What BVT promises: shares by weight, prompt waking, and warps that lower latency but are no share. */
#include "actors.h"
#include "lib/bug.h"

static void warp(void)
{
    struct actor *plain, *warped, *greedy;

    for (unsigned i = 0; i < 3; i++)
        actor_add(256, 0, 0);
    plain = actor_add(256, 1 * MS, 5 * MS);
    actors_run();
    uint64_t without = plain->worst_ns;
    for (unsigned i = 0; i < 3; i++)
        actor_add(256, 0, 0);
    warped = actor_add(256, 1 * MS, 5 * MS);
    warped->share.warp_ns = 100 * MS;
    actors_run();
    check(without > 5 * MS && warped->worst_ns <= without / 2, "a warp makes waking prompt");
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
