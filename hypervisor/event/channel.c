/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ports of a domain and what they are bound to.
 *
 *                  ┌──► unbound ──bind by the remote──► interdomain (both ends)
 *      free ──► ───┼──► virq                                │ close of the other end: unbound again
 *       ▲          ├──► ipi                                 ▼
 *       │          └──► reserved ──► pirq                unbound
 *       └───────────────────────────────────── close ───────┘
 *
 * [port.fixed]  the table has its full size from creation; a valid port stays valid
 * [port.pair]   two interdomain ports name each other
 * [port.reuse]  a port starts with its pending bit clear
 * [port.lock]   states change under d->io_lock; both ends of a pair only under both locks, taken in
 *               order of domain number. So holding one lock keeps the other end what it is
 *
 * A domain found in the table stays readable until every CPU has left the hypervisor once
 * (domain/).
 */
#include "event/channel.h"
#include "lib/bug.h"
#include "mm/room.h"
#include "trace/trace.h"

_Static_assert(sizeof(struct events) <= PAGE_SIZE, "one page");
_Static_assert(sizeof(struct port) * PORTS_PER_CHUNK <= PAGE_SIZE, "PORTS_PER_CHUNK");

static void lock_pair(struct domain *a, struct domain *b)
{
    struct domain *first = a->id < b->id ? a : b;

    lock_take(&first->io_lock);
    if (a != b)
        lock_take(first == a ? &b->io_lock : &a->io_lock);
}

void unlock_pair(struct domain *a, struct domain *b)
{
    lock_drop(&a->io_lock);
    if (a != b)
        lock_drop(&b->io_lock);
}

struct domain *other_end(struct domain *d, const struct port *p)
{
    struct domain *other;

    if (p->state != PORT_INTERDOMAIN)
        return d;
    other = domain_by_id(p->who);
    /* A domain leaves the table only after all its ports are closed, which unbinds the other
     * ends. */
    BUG_ON(!other);
    return other;
}

struct domain *lock_both_ends(struct domain *d, uint32_t port)
{
    const struct port *p;
    struct domain *other;

    for (;;) {
        lock_take(&d->io_lock);
        other = other_end(d, port_at(d, port));
        lock_drop(&d->io_lock);
        lock_pair(d, other);
        /* The port may have changed hands while we held no lock, and its chunk may have come. */
        p = port_at(d, port);
        if (p->state != PORT_INTERDOMAIN ? other == d : p->who == other->id)
            return other;
        unlock_pair(d, other);
    }
}

static bool chunk_ready(struct events *e, uint32_t port)
{
    struct port **chunk = &e->chunk[port / PORTS_PER_CHUNK], *fresh;

    if (*chunk)
        return true;
    fresh = hv_alloc(0);
    __atomic_store_n(chunk, fresh, __ATOMIC_RELEASE); /* port_raise() looks without the lock */
    return fresh;
}

int port_reserve(struct domain *d, uint32_t *port)
{
    struct events *e = events_of(d);

    if (d->state == DOMAIN_DYING)
        return -EINVAL;
    if (e->reset_next)
        return -EBUSY;
    while (e->first_free < PORTS_MAX && port_at(d, e->first_free)->state != PORT_FREE)
        e->first_free++;
    if (e->first_free == PORTS_MAX)
        return -ENOSPC;
    if (!chunk_ready(e, e->first_free))
        return -ENOMEM;
    *port = e->first_free;
    *port_at(d, *port) = (struct port){.state = PORT_RESERVED};
    return 0;
}

int event_domain_init(struct domain *d)
{
    struct events *e = room_alloc(&d->room, sizeof(*e));

    if (!e)
        return -ENOMEM;
    e->first_free = 1; /* port 0 is nobody's */
    e->shutdown_code = -1;
    d->events = e;
    watchdogs_init(d);
    return 0;
}

int event_domain_reset(struct domain *d)
{
    struct events *e = events_of(d);
    uint32_t port;
    int rc;

    lock_take(&d->io_lock);
    port = e->reset_next ? e->reset_next : 1;
    e->reset_next = port;
    lock_drop(&d->io_lock);
    for (; port < PORTS_MAX; port++) {
        rc = channel_close(d, port);
        (void)rc; /* -EINVAL: nothing there */
        if (preempt_wanted())
            break;
    }
    lock_take(&d->io_lock);
    e->reset_next = port + 1 < PORTS_MAX ? port + 1 : 0;
    port = e->reset_next;
    lock_drop(&d->io_lock);
    return port ? -ERESTART : 0;
}

void event_domain_destroy(struct domain *d)
{
    struct events *e = events_of(d);

    watchdogs_kill(d);
    for (unsigned i = 0; i < ARRAY_SIZE(e->chunk); i++)
        if (e->chunk[i])
            hv_free(e->chunk[i], 0);
    if (e->rings)
        hv_free(e->rings, 0);
    if (e->pirq_port)
        hv_free(e->pirq_port, 0);
    room_free(e);
    d->events = NULL;
}

int channel_alloc_unbound(struct domain *d, domid_t remote, uint32_t *port)
{
    int rc;

    lock_take(&d->io_lock);
    rc = port_reserve(d, port);
    if (!rc)
        *port_at(d, *port) = (struct port){.state = PORT_UNBOUND, .who = remote};
    lock_drop(&d->io_lock);
    return rc;
}

static bool is_for(const struct domain *remote, uint32_t port, const struct domain *d)
{
    if (!port_is_valid(port))
        return false;
    const struct port *p = port_at(remote, port);
    return p->state == PORT_UNBOUND && p->who == d->id;
}

int channel_bind_interdomain(struct domain *d, domid_t remote_id, uint32_t remote_port,
                             uint32_t *port)
{
    struct domain *remote = domain_resolve(d, remote_id);
    int rc;

    if (!remote)
        return -ESRCH;
    lock_pair(d, remote);
    rc = is_for(remote, remote_port, d) ? port_reserve(d, port) : -EINVAL;
    if (!rc) {
        struct port *theirs = port_at(remote, remote_port);

        *port_at(d, *port) =
            (struct port){.state = PORT_INTERDOMAIN, .who = remote->id, .remote = remote_port};
        theirs->state = PORT_INTERDOMAIN;
        theirs->who = d->id;
        theirs->remote = *port;
        /* What the remote sent before we were there was lost: look once. */
        port_raise(d, *port);
    }
    unlock_pair(d, remote);
    return rc;
}

static bool virq_is_global(uint32_t virq)
{
    return virq != VIRQ_TIMER && virq != VIRQ_DEBUG && virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

int channel_bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, uint32_t *port)
{
    uint16_t *bound;
    int rc;

    if (virq >= NR_VIRQS || (virq_is_global(virq) && vcpu != 0))
        return -EINVAL;
    if (vcpu >= d->vcpu_count)
        return -ENOENT;
    bound = &d->vcpus[vcpu]->virq_port[virq];
    lock_take(&d->io_lock);
    rc = *bound ? -EEXIST : port_reserve(d, port);
    if (!rc) {
        *port_at(d, *port) = (struct port){.state = PORT_VIRQ, .vcpu = vcpu, .who = virq};
        *bound = *port;
    }
    lock_drop(&d->io_lock);
    return rc;
}

int channel_bind_ipi(struct domain *d, uint32_t vcpu, uint32_t *port)
{
    int rc;

    if (vcpu >= d->vcpu_count)
        return -ENOENT;
    lock_take(&d->io_lock);
    rc = port_reserve(d, port);
    if (!rc)
        *port_at(d, *port) = (struct port){.state = PORT_IPI, .vcpu = vcpu};
    lock_drop(&d->io_lock);
    return rc;
}

/* IPIs and the virtual interrupts of one vCPU stay with it. */
static bool may_move(const struct port *p)
{
    return p->state == PORT_UNBOUND || p->state == PORT_INTERDOMAIN || p->state == PORT_PIRQ ||
           (p->state == PORT_VIRQ && virq_is_global(p->who));
}

int channel_bind_vcpu(struct domain *d, uint32_t port, uint32_t vcpu)
{
    int rc = 0;

    if (vcpu >= d->vcpu_count)
        return -ENOENT;
    if (!port_is_valid(port))
        return -EINVAL;
    lock_take(&d->io_lock);
    if (may_move(port_at(d, port)))
        __atomic_store_n(&port_at(d, port)->vcpu, vcpu, __ATOMIC_RELAXED);
    else
        rc = -EINVAL;
    lock_drop(&d->io_lock);
    return rc;
}

static void unbind_virq(struct domain *d, uint32_t port, unsigned virq)
{
    for (unsigned i = 0; i < d->vcpu_count; i++)
        if (d->vcpus[i]->virq_port[virq] == port)
            d->vcpus[i]->virq_port[virq] = 0;
}

static void unbind_other_end(struct domain *d, struct domain *other, uint32_t port)
{
    struct port *theirs = port_at(other, port_at(d, port)->remote);

    rings_port_closed(other, port_at(d, port)->remote);
    theirs->state = PORT_UNBOUND;
    theirs->who = d->id;
    theirs->remote = 0;
}

int channel_close(struct domain *d, uint32_t port)
{
    struct domain *other;
    struct port *p;

    if (!port_is_valid(port))
        return -EINVAL;
    other = lock_both_ends(d, port);
    p = port_at(d, port);
    switch (p->state) {
    case PORT_PIRQ:
        unlock_pair(d, other);
        return pirq_close(d, port);
    case PORT_FREE:
    case PORT_RESERVED:
        unlock_pair(d, other);
        return -EINVAL;
    case PORT_VIRQ:
        unbind_virq(d, port, p->who);
        break;
    case PORT_INTERDOMAIN:
        unbind_other_end(d, other, port);
        break;
    }
    rings_port_closed(d, port);
    port_release(d, port);
    unlock_pair(d, other);
    return 0;
}

/* Who sends an event to dom0, the back end, asks it for a service. */
static inline void raise_other_end(struct domain *d, const struct port *p)
{
    struct domain *other = other_end(d, p);

    if (other->is_privileged)
        sched_serves(port_vcpu(other, p->remote), d);
    port_raise(other, p->remote); /* [port.lock] */
}

static inline __attribute__((always_inline)) int send(struct domain *d, uint32_t port, bool is_recorded)
{
    const struct port *p;
    int rc = 0;

    lock_take(&d->io_lock);
    p = port_at(d, port);
    if (is_recorded)
        rings_sample(d, port);
    if (p->state == PORT_INTERDOMAIN)
        raise_other_end(d, p);
    else if (p->state == PORT_IPI)
        port_raise(d, port);
    else if (p->state != PORT_UNBOUND)
        rc = -EINVAL;
    lock_drop(&d->io_lock);
    return rc;
}

static __attribute__((noinline)) int send_recorded(struct domain *d, uint32_t port)
{
    int rc = send(d, port, true);

    trace_send(d->id, port, rc);
    return rc;
}

int channel_send(struct domain *d, uint32_t port)
{
    if (!port_is_valid(port))
        return -EINVAL;
    return trace_wants_either(send, ring_sample) ? send_recorded(d, port) : send(d, port, false);
}

static void describe(const struct port *p, struct evtchn_status *s)
{
    static const uint8_t status[] = {
        [PORT_FREE] = EVTCHNSTAT_closed,     [PORT_RESERVED] = EVTCHNSTAT_closed,
        [PORT_UNBOUND] = EVTCHNSTAT_unbound, [PORT_INTERDOMAIN] = EVTCHNSTAT_interdomain,
        [PORT_PIRQ] = EVTCHNSTAT_pirq,       [PORT_VIRQ] = EVTCHNSTAT_virq,
        [PORT_IPI] = EVTCHNSTAT_ipi,
    };

    s->status = status[p->state];
    s->vcpu = p->vcpu;
    switch (p->state) {
    case PORT_UNBOUND:
        s->u.unbound.dom = p->who;
        break;
    case PORT_INTERDOMAIN:
        s->u.interdomain.dom = p->who;
        s->u.interdomain.port = p->remote;
        break;
    case PORT_PIRQ:
        s->u.pirq = p->who;
        break;
    case PORT_VIRQ:
        s->u.virq = p->who;
        break;
    }
}

int channel_status(struct domain *d, struct evtchn_status *s)
{
    if (!port_is_valid(s->port))
        return -EINVAL;
    __builtin_memset(&s->u, 0, sizeof(s->u));
    lock_take(&d->io_lock);
    describe(port_at(d, s->port), s);
    lock_drop(&d->io_lock);
    return 0;
}
