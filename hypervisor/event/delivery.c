/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two-level delivery into memory the guest shares with us.
 *
 *      port ──► evtchn_pending bit ──► evtchn_pending_sel bit ──► evtchn_upcall_pending ──► wake or kick
 *                    unless evtchn_mask         of the port's vCPU
 *
 * [event.order]  the three are set from left to right, each with a full barrier: a guest that
 *                reads from right to left misses nothing
 * [event.edge]   only a change from 0 to 1 moves on to the right
 *
 * The guest may write anything into this memory at any time; it can lose its own events that way,
 * nothing else. Nothing here loops on it.
 */
#include "event/channel.h"
#include "lib/bits.h"
#include "trace/trace.h"

/* Names of the numbers in trace/enums.def. */
enum raise_outcome { RAISE_MARKED, RAISE_WAS_PENDING, RAISE_MASKED };

static uint64_t *pending_map(const struct domain *d)
{
    return (uint64_t *)d->shared_info->evtchn_pending;
}

static uint64_t *mask_map(const struct domain *d)
{
    return (uint64_t *)d->shared_info->evtchn_mask;
}

/* Apart, so that vcpu_mark() has nothing to keep. */
static __attribute__((noinline, cold)) void notify_measured(struct vcpu *v)
{
    __atomic_store_n(&v->pending_since, trace_event_begin(), __ATOMIC_RELAXED);
    sched_notify(v);
}

static void vcpu_mark(struct vcpu *v, uint32_t port)
{
    struct vcpu_info *info = __atomic_load_n(&v->info, __ATOMIC_ACQUIRE);

    if (bit_test_set((uint64_t *)&info->evtchn_pending_sel, port / 64))
        return;
    if (__atomic_exchange_n(&info->evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST))
        return;
    __atomic_store_n(&v->pending_since, 0, __ATOMIC_RELAXED);
    if (trace_measures_event())
        notify_measured(v);
    else
        sched_notify(v);
}

static inline uint32_t pollers_of(const struct domain *d)
{
    return __atomic_load_n(&events_of(d)->pollers, __ATOMIC_SEQ_CST);
}

/* Only v itself begins a poll, and it runs here: nobody's wake-up can be lost. */
void poll_forget(struct vcpu *v)
{
    __atomic_fetch_and(&events_of(v->domain)->pollers, ~(1u << v->id), __ATOMIC_SEQ_CST);
}

/* A poll waits for the port itself, masked or not. 0xffff: for one of several, so it looks
 * again. */
static void wake_pollers(struct domain *d, uint32_t port)
{
    for (uint32_t pollers = pollers_of(d); pollers; pollers &= pollers - 1) {
        struct vcpu *v = d->vcpus[__builtin_ctz(pollers)];
        uint16_t waits_for = __atomic_load_n(&v->poll_port, __ATOMIC_ACQUIRE);

        if (waits_for == port || waits_for == 0xffff)
            sched_wake(v);
        else if (!waits_for && v == current_vcpu())
            poll_forget(v);
    }
}

/* A port that has become pending, when that is recorded or somebody may poll it. */
static __attribute__((noinline)) void announce(struct domain *d, uint32_t port)
{
    if (!bit_test(mask_map(d), port)) {
        trace_raise(d->id, port, RAISE_MARKED);
        vcpu_mark(port_vcpu(d, port), port);
    } else {
        trace_raise(d->id, port, RAISE_MASKED);
    }
    wake_pollers(d, port);
}

void port_raise(struct domain *d, uint32_t port)
{
    if (!d->shared_info || bit_test_set(pending_map(d), port))
        trace_raise(d->id, port, RAISE_WAS_PENDING);
    else if (trace_wants(raise) || pollers_of(d))
        announce(d, port);
    else if (!bit_test(mask_map(d), port))
        vcpu_mark(port_vcpu(d, port), port);
}

bool port_is_pending(const struct domain *d, uint32_t port)
{
    return d->shared_info && bit_test(pending_map(d), port);
}

void event_raise(struct domain *d, uint32_t port)
{
    if (!port_is_valid(port))
        return;
    lock_take(&d->io_lock);
    if (port_at(d, port)->state > PORT_RESERVED)
        port_raise(d, port);
    lock_drop(&d->io_lock);
}

void event_virq(struct vcpu *v, unsigned virq)
{
    struct domain *d = v->domain;

    lock_take(&d->io_lock);
    if (v->virq_port[virq])
        port_raise(d, v->virq_port[virq]);
    lock_drop(&d->io_lock);
}

void event_virq_global(struct domain *d, unsigned virq)
{
    event_virq(d->vcpus[0], virq);
}

int channel_unmask(struct domain *d, uint32_t port)
{
    if (!port_is_valid(port))
        return -EINVAL;
    trace_unmask(d->id, port);
    lock_take(&d->io_lock);
    if (d->shared_info && bit_test_clear(mask_map(d), port) && bit_test(pending_map(d), port))
        vcpu_mark(port_vcpu(d, port), port);
    lock_drop(&d->io_lock);
    return 0;
}

void port_release(struct domain *d, uint32_t port)
{
    struct events *e = events_of(d);

    /* Whoever gets the port next must not see this one's event. */
    if (d->shared_info)
        bit_test_clear(pending_map(d), port);
    *port_at(d, port) = (struct port){.state = PORT_FREE};
    e->first_free = MIN(e->first_free, port);
}
