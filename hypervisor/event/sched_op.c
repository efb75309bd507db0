/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sched_op hypercall: waiting for events, and ending.
 *
 * block and poll follow [sched.wake]: mark the vCPU as waiting, then look.
 */
#include "event/channel.h"
#include "hypercalls.h"
#include "x86/access.h"
#include <xen/sched.h>

#define NS_PER_S 1000000000ull

static void watchdog_fire(struct timer *t)
{
    on_domain_shutdown(container_of(t, struct watchdog, timer)->domain, SHUTDOWN_watchdog);
}

void watchdogs_init(struct domain *d)
{
    for (unsigned i = 0; i < WATCHDOGS_MAX; i++) {
        struct watchdog *w = &events_of(d)->watchdogs[i];

        w->domain = d;
        timer_init(&w->timer, watchdog_fire);
    }
}

void watchdogs_kill(struct domain *d)
{
    for (unsigned i = 0; i < WATCHDOGS_MAX; i++)
        timer_kill(&events_of(d)->watchdogs[i].timer);
}

static int block(struct vcpu *v)
{
    struct events *e = events_of(v->domain);

    __atomic_store_n(&v->info->evtchn_upcall_mask, 0, __ATOMIC_RELAXED);
    if (e->pollers & 1u << v->id)
        poll_forget(v);
    if (event_pending(v))
        return 0;
    sched_block(v);
    if (event_pending(v))
        sched_wake(v);
    return 0;
}

static bool any_is_pending(const struct domain *d, const evtchn_port_t *ports, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (port_is_pending(d, ports[i]))
            return true;
    return false;
}

static int read_ports(const struct sched_poll *p, evtchn_port_t *ports)
{
    int rc = guest_read(ports, GPTR((uint64_t)p->ports.p), p->nr_ports * sizeof(*ports));

    for (unsigned i = 0; !rc && i < p->nr_ports; i++)
        if (!port_is_valid(ports[i]))
            rc = -EINVAL;
    return rc;
}

static int poll(struct vcpu *v, guest_ptr arg)
{
    struct domain *d = v->domain;
    struct sched_poll p;
    evtchn_port_t ports[POLL_PORTS_MAX];
    int rc = guest_get(&p, arg);

    if (!rc && p.nr_ports > POLL_PORTS_MAX)
        rc = -EINVAL;
    if (!rc)
        rc = read_ports(&p, ports);
    if (rc || (p.timeout && p.timeout <= clock_ns()))
        return rc;
    timer_set(&sched_of(v)->poll, p.timeout ? p.timeout : ~0ull);
    __atomic_store_n(&v->poll_port, p.nr_ports == 1 ? ports[0] : 0xffff, __ATOMIC_SEQ_CST);
    __atomic_fetch_or(&events_of(d)->pollers, 1u << v->id, __ATOMIC_SEQ_CST);
    sched_block(v);
    if (any_is_pending(d, ports, p.nr_ports) || event_pending(v))
        sched_wake(v);
    return 0;
}

static uint8_t final_reason(struct domain *d, uint32_t reason)
{
    struct events *e = events_of(d);

    lock_take(&d->io_lock);
    if (e->shutdown_code < 0)
        e->shutdown_code = reason;
    reason = e->shutdown_code;
    lock_drop(&d->io_lock);
    return reason;
}

static int shutdown(struct domain *d, guest_ptr arg)
{
    struct sched_shutdown s;
    int rc = guest_get(&s, arg);

    if (rc)
        return rc;
    if (s.reason > SHUTDOWN_MAX)
        return -EINVAL;
    on_domain_shutdown(d, final_reason(d, s.reason));
    return 0;
}

static int remote_shutdown(struct domain *self, guest_ptr arg)
{
    struct sched_remote_shutdown s;
    struct domain *d;
    int rc = guest_get(&s, arg);

    if (rc)
        return rc;
    d = domain_resolve(self, s.domain_id);
    if (!d)
        return -ESRCH;
    if (!self->is_privileged)
        return -EPERM;
    if (s.reason > SHUTDOWN_MAX)
        return -EINVAL;
    on_domain_shutdown(d, final_reason(d, s.reason));
    return 0;
}

/* What the next shutdown will be called, whatever reason it gives. */
static int shutdown_code(struct domain *d, guest_ptr arg)
{
    struct sched_shutdown s;
    int rc = guest_get(&s, arg);

    if (rc)
        return rc;
    if (s.reason > SHUTDOWN_MAX)
        return -EINVAL;
    lock_take(&d->io_lock);
    events_of(d)->shutdown_code = s.reason;
    lock_drop(&d->io_lock);
    return 0;
}

void event_domain_resumed(struct domain *d)
{
    lock_take(&d->io_lock);
    events_of(d)->shutdown_code = -1;
    lock_drop(&d->io_lock);
}

static void watchdog_arm(struct watchdog *w, uint32_t seconds)
{
    w->is_used = seconds != 0;
    if (seconds)
        timer_set(&w->timer, clock_ns() + seconds * NS_PER_S);
    else
        timer_stop(&w->timer);
}

/* id 0 asks for a watchdog and is told its number; another id rearms that one, or with 0 s stops
 * it. */
static int watchdog_choose(struct events *e, uint32_t id, uint32_t seconds)
{
    if (id > WATCHDOGS_MAX || (id == 0 && seconds == 0))
        return -EINVAL;
    if (id)
        return e->watchdogs[id - 1].is_used ? (int)id : -EINVAL;
    for (unsigned i = 0; i < WATCHDOGS_MAX; i++)
        if (!e->watchdogs[i].is_used)
            return i + 1;
    return -ENOSPC;
}

static int watchdog(struct domain *d, guest_ptr arg)
{
    struct sched_watchdog w;
    int rc = guest_get(&w, arg);

    if (rc)
        return rc;
    lock_take(&d->io_lock);
    rc = watchdog_choose(events_of(d), w.id, w.timeout);
    if (rc > 0)
        watchdog_arm(&events_of(d)->watchdogs[rc - 1], w.timeout);
    lock_drop(&d->io_lock);
    return rc > 0 && w.id ? 0 : rc;
}

long hc_sched_op(struct vcpu *v, uint32_t cmd, guest_ptr arg)
{
    switch (cmd) {
    case SCHEDOP_yield:
        sched_give_way(v);
        return 0;
    case SCHEDOP_block:
        return block(v);
    case SCHEDOP_shutdown:
        return shutdown(v->domain, arg);
    case SCHEDOP_poll:
        return poll(v, arg);
    case SCHEDOP_remote_shutdown:
        return remote_shutdown(v->domain, arg);
    case SCHEDOP_shutdown_code:
        return shutdown_code(v->domain, arg);
    case SCHEDOP_watchdog:
        return watchdog(v->domain, arg);
    default: /* pin_override too: nothing the guests we run needs it */
        return -ENOSYS;
    }
}
