/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event channels: one-bit messages between domains, from devices, from the hypervisor and between
 * the vCPUs of a domain; two-level delivery only.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include "domain/domain.h"

/* --- Limits --- */

#define PORTS_MAX      4096 /* 2-level: 64 words of 64 bits; port 0 is never handed out */
#define PIRQS_MAX      1024
#define POLL_PORTS_MAX 128
#define WATCHDOGS_MAX  2
#define RINGS_MAX      64 /* of a domain, registered at once */

/* --- A domain's ports (channel.c) --- */

/* Makes d->events: all ports free. 0, -ENOMEM. */
int event_domain_init(struct domain *d) must_check;

/* Closes every port. 0, or -ERESTART when there is more to do: call again. */
int event_domain_reset(struct domain *d) must_check;

/* After event_domain_reset returned 0 for a domain that is DYING. */
void event_domain_destroy(struct domain *d);

/* --- How a domain ends (sched_op.c) --- */

/* d, which had shut down, goes on: how it ended this time says nothing about the next. */
void event_domain_resumed(struct domain *d);

/* --- Delivery (delivery.c) --- */

/* Makes a port of d pending if it is bound. */
void event_raise(struct domain *d, uint32_t port);

/* A virtual interrupt of one vCPU (VIRQ_TIMER, ...), or of the domain. Nothing if not bound. */
void event_virq(struct vcpu *v, unsigned virq);
void event_virq_global(struct domain *d, unsigned virq);

/* Device interrupt `pirq` of d arrived. True when an event channel took it. */
bool event_pirq(struct domain *d, unsigned pirq);

/* The guest wants its event callback now. */
static inline bool event_pending(const struct vcpu *v)
{
    return __atomic_load_n(&v->info->evtchn_upcall_pending, __ATOMIC_ACQUIRE) &&
           !__atomic_load_n(&v->info->evtchn_upcall_mask, __ATOMIC_RELAXED);
}

/* --- Rings of split drivers in the trace (ring.c) --- */

/* What ring_register() wants to know; kinds are those of enum vantage_ring_kind. */
struct ring_choice {
    mfn_t frame; /* with the indices, a frame of the front end's */
    uint32_t port;    /* the front end's */
    uint32_t entries; /* requests, or bytes, it has room for; 1 to RING_ENTRIES_MAX */
    uint32_t device;
    uint16_t queue;
    uint8_t kind;
};

#define RING_ENTRIES_MAX (1u << 20)

/* From now on the ring of front end d is sampled, until its port is closed at either end. Its number, 0 to
 * RINGS_MAX - 1; the number it has if it is registered already. -EINVAL: the port is no end of a channel between
 * domains, or the frame is not d's, or is a page table. -ENOSPC, -ENOMEM. */
int ring_register(struct domain *d, const struct ring_choice *choice) must_check;

/* 0, -ENOENT. */
int ring_unregister(struct domain *d, unsigned ring) must_check;

/* For mm_audit_source(): reports the frames that registered rings hold. */
void rings_audit(void);

/* --- Timers of a vCPU (timer_op.c) --- */

void event_set_singleshot(struct vcpu *v, uint64_t deadline_ns);
int event_set_periodic(struct vcpu *v, uint64_t period_ns) must_check; /* 0 stops; -EINVAL */

/* --- Up-calls, implemented in control/ and pv/; no lock is held --- */

/* May d have this interrupt, and if so route it: 0, -EPERM, -EINVAL, -EBUSY. `share`: others may
 * use the line too. event_pirq() may be called from inside. */
int on_pirq_bind(struct domain *d, unsigned pirq, bool share) must_check;
void on_pirq_unbind(struct domain *d, unsigned pirq);

#endif
