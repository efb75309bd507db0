/* SPDX-License-Identifier: BSD-2-Clause */
/* The timers of a vCPU: each is a VIRQ_TIMER when it goes off. set_timer_op is the older form of
 * the singleshot timer. */
#include "event/event.h"
#include "hypercalls.h"
#include "sched/sched.h"

void event_set_singleshot(struct vcpu *v, uint64_t deadline_ns)
{
    v->timer_ns = deadline_ns;
    timer_set(&sched_of(v)->singleshot, deadline_ns);
}

int event_set_periodic(struct vcpu *v, uint64_t period_ns)
{
    if (period_ns && (period_ns < PERIOD_MIN_NS || period_ns > PERIOD_MAX_NS))
        return -EINVAL;
    sched_set_periodic(v, period_ns);
    return 0;
}

void on_singleshot(struct vcpu *v)
{
    event_virq(v, VIRQ_TIMER);
}

void on_periodic(struct vcpu *v)
{
    event_virq(v, VIRQ_TIMER);
}

void on_poll_timeout(struct vcpu *v)
{
    /* A poll that has ended leaves its timer running; another wait must not be cut short by it. */
    if (__atomic_load_n(&v->poll_port, __ATOMIC_ACQUIRE))
        sched_wake(v);
}

long hc_set_timer_op(struct vcpu *v, uint64_t deadline_ns)
{
    event_set_singleshot(v, deadline_ns ? deadline_ns : ~0ull);
    return 0;
}
