/* SPDX-License-Identifier: BSD-2-Clause */
/* The tools look at a vCPU, or make it go on. */
#include "control/destroy.h"
#include "control/toolstack.h"
#include "event/event.h"
#include "mm/mm.h"
#include "pv/vcpu_op.h"
#include "sched/sched.h"

#define CONTEXT_ORDER 1 /* two pages */

_Static_assert(sizeof(vcpu_guest_context_t) <= PAGE_SIZE << CONTEXT_ORDER, "a description fits");

/* What is read of a running vCPU would be of no moment: it stands still until it has been looked at. */
static bool look_begin(struct vcpu *of)
{
    if (!of->is_looked_at)
        sched_pause(of);
    of->is_looked_at = true;
    return sched_is_stopped(of);
}

static void look_end(struct vcpu *of)
{
    of->is_looked_at = false;
    sched_unpause(of);
}

static long describe(struct vcpu *of, guest_ptr to)
{
    vcpu_guest_context_t *g = hv_alloc(CONTEXT_ORDER);
    int rc;

    if (!g)
        return -ENOMEM;
    vcpu_describe(of, g);
    rc = guest_put(to, g);
    hv_free(g, CONTEXT_ORDER);
    return rc ? -EFAULT : 0;
}

long domctl_get_context(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpucontext *c = &op->u.vcpucontext;
    struct vcpu *of;
    long rc;

    if (c->vcpu >= d->vcpu_count)
        return -EINVAL;
    of = d->vcpus[c->vcpu];
    if (!of->is_initialised)
        return -ENODATA;
    if (!look_begin(of))
        return -ERESTART;
    rc = describe(of, GPTR((uint64_t)c->ctxt.p));
    look_end(of);
    return rc;
}

/* A domain that had shut down goes on where it stopped: after a save that failed, or one that left it. */
long domctl_resume(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    if (d->state != DOMAIN_SHUTDOWN)
        return 0;
    if (!domain_is_still(d))
        return -ERESTART;
    for (unsigned i = 0; i < d->vcpu_count; i++)
        d->vcpus[i]->crashed = false;
    d->shutdown_reason = 0;
    event_domain_resumed(d);
    if (domain_change(d, DOMAIN_SHUTDOWN, DOMAIN_RUNNING))
        sched_domain_changed(d);
    return 0;
}

/* Buttons and resets are of machines that PV guests do not have. */
long domctl_trigger(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    return op->u.sendtrigger.vcpu < d->vcpu_count ? -EOPNOTSUPP : -EINVAL;
}
