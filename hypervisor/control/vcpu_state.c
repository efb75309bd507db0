/* SPDX-License-Identifier: BSD-2-Clause */
/* The tools look at a vCPU, or make it go on. */
#include "control/toolstack.h"
#include "mm/mm.h"
#include "pv/vcpu_op.h"
#include "sched/sched.h"

#define CONTEXT_ORDER 1 /* two pages */

_Static_assert(sizeof(vcpu_guest_context_t) <= PAGE_SIZE << CONTEXT_ORDER, "a description fits");

/* What is read of a running vCPU would be of no moment. */
static void describe_stopped(struct vcpu *of, vcpu_guest_context_t *g)
{
    sched_pause(of);
    while (!sched_is_stopped(of)) /* its CPU was told */
        preempt_wanted();
    vcpu_describe(of, g);
    sched_unpause(of);
}

long domctl_get_context(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpucontext *c = &op->u.vcpucontext;
    vcpu_guest_context_t *g;
    int rc;

    if (c->vcpu >= d->vcpu_count)
        return -EINVAL;
    if (!d->vcpus[c->vcpu]->is_initialised)
        return -ENODATA;
    g = hv_alloc(CONTEXT_ORDER);
    if (!g)
        return -ENOMEM;
    describe_stopped(d->vcpus[c->vcpu], g);
    rc = guest_put(GPTR((uint64_t)c->ctxt.p), g);
    hv_free(g, CONTEXT_ORDER);
    return rc ? -EFAULT : 0;
}

/* A domain that had shut down goes on where it stopped: after a save that failed, or one that left it. */
long domctl_resume(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    if (d->state != DOMAIN_SHUTDOWN)
        return 0;
    for (unsigned i = 0; i < d->vcpu_count; i++)
        if (!sched_is_stopped(d->vcpus[i]))
            return -EBUSY;
    for (unsigned i = 0; i < d->vcpu_count; i++)
        d->vcpus[i]->crashed = false;
    d->shutdown_reason = 0;
    d->state = DOMAIN_RUNNING;
    sched_domain_changed(d);
    return 0;
}

/* Buttons and resets are of machines that PV guests do not have. */
long domctl_trigger(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    return op->u.sendtrigger.vcpu < d->vcpu_count ? -EOPNOTSUPP : -EINVAL;
}
