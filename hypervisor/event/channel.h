/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of event/ share and nobody else sees. */
#ifndef EVENT_CHANNEL_H
#define EVENT_CHANNEL_H

#include "event/event.h"
#include "sched/sched.h"
#include <xen/event_channel.h>

enum port_state {
    PORT_FREE,
    PORT_RESERVED, /* taken, not yet or no longer anything: a pirq on its way */
    PORT_UNBOUND,
    PORT_INTERDOMAIN,
    PORT_PIRQ,
    PORT_VIRQ,
    PORT_IPI,
};

struct port {
    uint8_t state;
    uint8_t vcpu;    /* who is notified; read without the lock by port_raise() */
    uint16_t who;    /* unbound, interdomain: domain; pirq, virq: number */
    uint16_t remote; /* interdomain: the other end */
};

#define PORTS_PER_CHUNK 512

/* A ring that two domains share, of the front end, which owns port and frame. A free one has port 0. */
struct ring {
    mfn_t frame;   /* held */
    uint16_t port; /* written last when it is taken, first when it is let go */
    uint8_t kind;
};

_Static_assert(sizeof(struct ring) * RINGS_MAX <= PAGE_SIZE, "one page");
_Static_assert(sizeof(uint16_t) * PIRQS_MAX <= PAGE_SIZE, "one page");

struct watchdog {
    struct timer timer;
    struct domain *domain;
    bool is_used;
};

/* d->events; all under d->io_lock except where noted. */
struct events {
    struct port *chunk[PORTS_MAX / PORTS_PER_CHUNK]; /* a page each, NULL until a port of it is taken */
    struct port nothing;                             /* stands for the ports of those; stays free */
    uint16_t *pirq_port;           /* PIRQS_MAX, 0: none; a page, NULL until one is bound */
    uint32_t first_free;           /* no port below is free */
    uint32_t reset_next;           /* where a reset goes on, 0 when none is under way */
    uint32_t pollers;              /* vCPUs that poll, or did so and have not noticed its end; atomic */
    int shutdown_code;             /* set by SCHEDOP_shutdown_code, -1 if not */
    struct watchdog watchdogs[WATCHDOGS_MAX];
    struct ring *rings;            /* RINGS_MAX, NULL until one is registered */
    unsigned rings_end;            /* none has been registered from here on; only rises */
};

static inline struct events *events_of(const struct domain *d)
{
    return d->events;
}

/* port < PORTS_MAX. Only one that was reserved may be written. */
static inline struct port *port_at(const struct domain *d, uint32_t port)
{
    struct events *e = events_of(d);
    struct port *chunk = __atomic_load_n(&e->chunk[port / PORTS_PER_CHUNK], __ATOMIC_ACQUIRE);

    return chunk ? &chunk[port % PORTS_PER_CHUNK] : &e->nothing;
}

/* Whom it notifies. */
static inline struct vcpu *port_vcpu(const struct domain *d, uint32_t port)
{
    return d->vcpus[__atomic_load_n(&port_at(d, port)->vcpu, __ATOMIC_RELAXED)];
}

static inline bool port_is_valid(uint32_t port)
{
    return port > 0 && port < PORTS_MAX;
}

/* Makes a port pending whatever its state is. The caller's lock keeps the port what it is: d's, or
 * for one end of a pair that of the other end. */
void port_raise(struct domain *d, uint32_t port);

bool port_is_pending(const struct domain *d, uint32_t port);

/* v, which runs on this CPU, polls no longer: events need not look whether it does. */
void poll_forget(struct vcpu *v);

/* channel.c; all take the locks they need. */
int channel_alloc_unbound(struct domain *d, domid_t remote, uint32_t *port) must_check;
int channel_bind_interdomain(struct domain *d, domid_t remote, uint32_t remote_port,
                             uint32_t *port) must_check;
int channel_bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, uint32_t *port) must_check;
int channel_bind_ipi(struct domain *d, uint32_t vcpu, uint32_t *port) must_check;
int channel_bind_vcpu(struct domain *d, uint32_t port, uint32_t vcpu) must_check;
int channel_close(struct domain *d, uint32_t port) must_check;
int channel_send(struct domain *d, uint32_t port) must_check;
int channel_unmask(struct domain *d, uint32_t port) must_check;
int channel_status(struct domain *d, struct evtchn_status *s) must_check;

/* Who holds the other end of an interdomain port; d itself for all other ports. d->io_lock. */
struct domain *other_end(struct domain *d, const struct port *p);

/* Takes d's lock and that of whoever holds the other end of the port; and back. */
struct domain *lock_both_ends(struct domain *d, uint32_t port);
void unlock_pair(struct domain *a, struct domain *b);

/* ring.c: with the locks of both ends held, the port is closed; with one of them, somebody is about to be
 * notified through it. */
void rings_port_closed(struct domain *d, uint32_t port);
void rings_sample(struct domain *d, uint32_t port);

/* With d->io_lock held. */
int port_reserve(struct domain *d, uint32_t *port) must_check;
void port_release(struct domain *d, uint32_t port);

/* pirq.c */
int pirq_bind(struct domain *d, uint32_t pirq, bool share, uint32_t *port) must_check;
int pirq_close(struct domain *d, uint32_t port) must_check;

/* sched_op.c */
void watchdogs_init(struct domain *d);
void watchdogs_kill(struct domain *d);

#endif
