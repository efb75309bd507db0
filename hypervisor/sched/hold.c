/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All other CPUs stand still for a while, at a place where they hold nothing: on their way to a guest or to
 * idling.
 *
 * [hold.passed]  after cpus_hold() no other CPU has a pointer, from before, to anything found in the table of
 *                domains, but to whose vCPU it runs or has loaded
 */
#include "sched/queue.h"

static struct lock holding; /* by the CPU for which the others stand still */
static bool is_holding;     /* atomic, as is the next */
static uint32_t held;       /* how many stand still */

void cpus_hold(void)
{
    while (!lock_try(&holding)) {
        hold_here();
        spin_wait();
    }
    __atomic_store_n(&is_holding, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < cpu_count(); i++)
        if (i != this_cpu()->id)
            sched_request(sched_cpu(i), WORK_HOLD);
    while (__atomic_load_n(&held, __ATOMIC_ACQUIRE) + 1 < cpu_count())
        spin_wait();
}

void cpus_release(void)
{
    __atomic_store_n(&is_holding, false, __ATOMIC_RELEASE);
    while (__atomic_load_n(&held, __ATOMIC_ACQUIRE))
        spin_wait();
    lock_drop(&holding);
}

void hold_here(void)
{
    __atomic_fetch_and(&sched_here()->work, ~(uint32_t)WORK_HOLD, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&is_holding, __ATOMIC_ACQUIRE))
        return;
    __atomic_add_fetch(&held, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&is_holding, __ATOMIC_ACQUIRE))
        spin_wait();
    __atomic_sub_fetch(&held, 1, __ATOMIC_SEQ_CST);
}
