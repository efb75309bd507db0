/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event_channel_op hypercall: copy in, find the domain meant, act, copy out.
 *
 * An answer that cannot be written takes back what was done.
 */
#include "event/channel.h"
#include "hypercalls.h"
#include "x86/access.h"

/* The domain an operation names, if the caller may act on it. */
static int target(struct domain *self, domid_t id, struct domain **d)
{
    *d = domain_resolve(self, id);
    if (!*d)
        return -ESRCH;
    return *d == self || self->is_privileged ? 0 : -EPERM;
}

/* Tells the guest its new port, or closes it again. */
static int answer_port(struct domain *d, guest_ptr out, uint32_t port)
{
    int rc = guest_put(out, &port);

    if (rc && channel_close(d, port) != 0)
        return -EFAULT; /* another vCPU of the guest has closed it already */
    return rc;
}

static int alloc_unbound(struct domain *self, guest_ptr arg)
{
    struct evtchn_alloc_unbound a;
    struct domain *d;
    int rc = guest_get(&a, arg);

    if (!rc)
        rc = target(self, a.dom, &d);
    if (!rc)
        rc =
            channel_alloc_unbound(d, a.remote_dom == DOMID_SELF ? self->id : a.remote_dom, &a.port);
    if (!rc)
        rc = answer_port(d, gptr_add(arg, offsetof(struct evtchn_alloc_unbound, port)), a.port);
    return rc;
}

static int bind_interdomain(struct domain *d, guest_ptr arg)
{
    struct evtchn_bind_interdomain a;
    int rc = guest_get(&a, arg);

    if (!rc)
        rc = channel_bind_interdomain(d, a.remote_dom, a.remote_port, &a.local_port);
    if (!rc)
        rc = answer_port(d, gptr_add(arg, offsetof(struct evtchn_bind_interdomain, local_port)),
                         a.local_port);
    return rc;
}

static int bind_virq(struct domain *d, guest_ptr arg)
{
    struct evtchn_bind_virq a;
    int rc = guest_get(&a, arg);

    if (!rc)
        rc = channel_bind_virq(d, a.virq, a.vcpu, &a.port);
    if (!rc)
        rc = answer_port(d, gptr_add(arg, offsetof(struct evtchn_bind_virq, port)), a.port);
    return rc;
}

static int bind_ipi(struct domain *d, guest_ptr arg)
{
    struct evtchn_bind_ipi a;
    int rc = guest_get(&a, arg);

    if (!rc)
        rc = channel_bind_ipi(d, a.vcpu, &a.port);
    if (!rc)
        rc = answer_port(d, gptr_add(arg, offsetof(struct evtchn_bind_ipi, port)), a.port);
    return rc;
}

static int bind_pirq(struct domain *d, guest_ptr arg)
{
    struct evtchn_bind_pirq a;
    int rc = guest_get(&a, arg);

    if (!rc)
        rc = pirq_bind(d, a.pirq, a.flags & BIND_PIRQ__WILL_SHARE, &a.port);
    if (!rc)
        rc = answer_port(d, gptr_add(arg, offsetof(struct evtchn_bind_pirq, port)), a.port);
    return rc;
}

static int bind_vcpu(struct domain *d, guest_ptr arg)
{
    struct evtchn_bind_vcpu a;
    int rc = guest_get(&a, arg);

    return rc ? rc : channel_bind_vcpu(d, a.port, a.vcpu);
}

static int status(struct domain *self, guest_ptr arg)
{
    struct evtchn_status a;
    struct domain *d;
    int rc = guest_get(&a, arg);

    if (!rc)
        rc = target(self, a.dom, &d);
    if (!rc)
        rc = channel_status(d, &a);
    if (!rc)
        rc = guest_put(arg, &a);
    return rc;
}

static int reset(struct domain *self, guest_ptr arg)
{
    struct evtchn_reset a;
    struct domain *d;
    int rc = guest_get(&a, arg);

    if (!rc)
        rc = target(self, a.dom, &d);
    return rc ? rc : event_domain_reset(d);
}

/* close, send and unmask take a structure of nothing but the port. */
static inline int on_port(struct domain *d, guest_ptr arg, int (*act)(struct domain *, uint32_t))
{
    int64_t port = guest_load32(arg);

    return likely(port >= 0) ? act(d, (uint32_t)port) : (int)port;
}

static __attribute__((noinline)) long other_op(struct domain *d, uint32_t cmd, guest_ptr arg)
{
    switch (cmd) {
    case EVTCHNOP_bind_interdomain:
        return bind_interdomain(d, arg);
    case EVTCHNOP_bind_virq:
        return bind_virq(d, arg);
    case EVTCHNOP_bind_pirq:
        return bind_pirq(d, arg);
    case EVTCHNOP_close:
        return on_port(d, arg, channel_close);
    case EVTCHNOP_status:
        return status(d, arg);
    case EVTCHNOP_alloc_unbound:
        return alloc_unbound(d, arg);
    case EVTCHNOP_bind_ipi:
        return bind_ipi(d, arg);
    case EVTCHNOP_bind_vcpu:
        return bind_vcpu(d, arg);
    case EVTCHNOP_unmask:
        return on_port(d, arg, channel_unmask);
    case EVTCHNOP_reset:
        return reset(d, arg);
    default: /* init_control, expand_array, set_priority: the guest falls back to two levels */
        return -ENOSYS;
    }
}

/* Sending is what is done again and again. */
long hc_event_channel_op(struct vcpu *v, uint32_t cmd, guest_ptr arg)
{
    return likely(cmd == EVTCHNOP_send) ? on_port(v->domain, arg, channel_send) : other_op(v->domain, cmd, arg);
}
