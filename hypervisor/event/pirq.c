/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports bound to device interrupts.
 *
 * Routing the interrupt is an up-call and made without the lock; the port is reserved meanwhile,
 * so nobody else can take it, close it or bind the interrupt a second time.
 *
 * [pirq.once]  an interrupt of a domain has at most one port
 */
#include "event/channel.h"
#include "mm/mm.h"

static int reserve(struct domain *d, uint32_t pirq, uint32_t *port)
{
    struct events *e = events_of(d);
    int rc;

    lock_take(&d->io_lock);
    if (!e->pirq_port)
        e->pirq_port = hv_alloc(0);
    if (!e->pirq_port)
        rc = -ENOMEM;
    else
        rc = e->pirq_port[pirq] ? -EEXIST : port_reserve(d, port);
    if (!rc)
        e->pirq_port[pirq] = *port;
    lock_drop(&d->io_lock);
    return rc;
}

static void release(struct domain *d, uint32_t pirq, uint32_t port)
{
    lock_take(&d->io_lock);
    events_of(d)->pirq_port[pirq] = 0;
    port_release(d, port);
    lock_drop(&d->io_lock);
}

int pirq_bind(struct domain *d, uint32_t pirq, bool share, uint32_t *port)
{
    int rc;

    if (pirq >= PIRQS_MAX)
        return -EINVAL;
    rc = reserve(d, pirq, port);
    if (rc)
        return rc;
    rc = on_pirq_bind(d, pirq, share);
    if (rc) {
        release(d, pirq, *port);
        return rc;
    }
    lock_take(&d->io_lock);
    *port_at(d, *port) = (struct port){.state = PORT_PIRQ, .who = pirq};
    lock_drop(&d->io_lock);
    return 0;
}

int pirq_close(struct domain *d, uint32_t port)
{
    struct port *p = port_at(d, port);
    uint32_t pirq;

    lock_take(&d->io_lock);
    if (p->state != PORT_PIRQ) {
        lock_drop(&d->io_lock);
        return -EINVAL;
    }
    pirq = p->who;
    p->state = PORT_RESERVED;
    lock_drop(&d->io_lock);
    on_pirq_unbind(d, pirq);
    release(d, pirq, port);
    return 0;
}

bool event_pirq(struct domain *d, unsigned pirq)
{
    struct events *e = events_of(d);
    uint32_t port;

    if (pirq >= PIRQS_MAX)
        return false;
    lock_take(&d->io_lock);
    port = e->pirq_port ? e->pirq_port[pirq] : 0;
    /* Reserved counts: the interrupt may come before on_pirq_bind has returned. */
    if (port)
        port_raise(d, port);
    lock_drop(&d->io_lock);
    return port != 0;
}
