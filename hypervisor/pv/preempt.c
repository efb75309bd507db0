/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a long operation stops: somebody else is to run, or the guest has an event to take.
 *
 * Alone in its file: a test image has test/preempt_always.c in its place.
 */
#include "event/event.h"
#include "sched/sched.h"

bool on_preempt_check(void)
{
    const struct vcpu *v = current_vcpu();

    return sched_has_work() || (!v->is_idle && event_pending(v));
}
