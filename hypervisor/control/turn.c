/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tools are served by one CPU at a time, the others' hypercalls begin again. So what makes, changes and
 * ends domains has to reckon with the domains themselves, and with nobody else like it.
 */
#include "control/toolstack.h"

static bool is_taken; /* atomic; no lock, as it is held over preempt_wanted() */

bool turn_take(void)
{
    return !__atomic_exchange_n(&is_taken, true, __ATOMIC_ACQUIRE);
}

void turn_drop(void)
{
    __atomic_store_n(&is_taken, false, __ATOMIC_RELEASE);
}
