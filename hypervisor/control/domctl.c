/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domctl: what the toolstack does to one domain, by a table of sub-operations.
 *
 * [domctl.right] the caller's right comes first, then the interface version, then the number, then the
 * domain; nothing of the argument is read before the first
 * [domctl.dead]  of a dying domain the tools can learn, and go on with its end; nothing else
 */
#include "control/destroy.h"
#include "control/toolstack.h"
#include "hypercalls.h"
#include "lib/string.h"
#include "sched/sched.h"

static void set_state(struct domain *d, enum domain_state from, enum domain_state to)
{
    if (domain_change(d, from, to))
        sched_domain_changed(d);
}

/* A domain that has shut down stays so: pausing it means nothing, and is no fault. Afterwards it is still. */
static long pause(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    set_state(d, DOMAIN_RUNNING, DOMAIN_PAUSED);
    return domain_is_still(d) ? 0 : -ERESTART;
}

/* The builder of a domain clears its shared_info, where the clock is. */
static void clock_publish(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++)
        pvclock_publish(d->vcpus[i]);
    wallclock_publish(d);
}

static long unpause(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    if (d->state == DOMAIN_PAUSED)
        clock_publish(d);
    set_state(d, DOMAIN_PAUSED, DOMAIN_RUNNING);
    return 0;
}

static long destroy(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    return domain_destroy(d);
}

static long set_handle(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    memcpy(d->handle, op->u.setdomainhandle.handle, sizeof(d->handle));
    return 0;
}

/* Devices are dom0's. */
static long refuse(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    return -EOPNOTSUPP;
}

enum flags {
    HAS_RESULT = 1,
    NO_DOMAIN = 2,   /* finds the domain itself, or makes it */
    NOT_SELF = 4,    /* would take the ground from under the caller */
    WHEN_DYING = 8,
};

#define ROW(name, run, flags) {XEN_DOMCTL_##name, flags, run}

static const struct row {
    uint32_t cmd;
    unsigned flags;
    long (*run)(struct vcpu *v, struct domain *d, struct xen_domctl *op);
} rows[] = {
    ROW(createdomain, domctl_create, NO_DOMAIN | HAS_RESULT),
    ROW(destroydomain, destroy, NOT_SELF | WHEN_DYING),
    ROW(pausedomain, pause, NOT_SELF),
    ROW(unpausedomain, unpause, NOT_SELF),
    ROW(getdomaininfo, domctl_domain_info, NO_DOMAIN | HAS_RESULT),
    ROW(setvcpuaffinity, domctl_set_affinity, HAS_RESULT),
    ROW(getvcpuaffinity, domctl_get_affinity, HAS_RESULT),
    ROW(setnodeaffinity, domctl_set_nodes, 0),
    ROW(getnodeaffinity, domctl_get_nodes, HAS_RESULT),
    ROW(max_mem, domctl_max_memory, 0),
    ROW(max_vcpus, domctl_max_vcpus, 0),
    ROW(setvcpucontext, domctl_set_context, NOT_SELF),
    ROW(getvcpucontext, domctl_get_context, NOT_SELF | HAS_RESULT),
    ROW(resumedomain, domctl_resume, NOT_SELF),
    ROW(sendtrigger, domctl_trigger, 0),
    ROW(settimeoffset, domctl_set_time_offset, 0),
    ROW(irq_permission, refuse, 0),
    ROW(iomem_permission, refuse, 0),
    ROW(ioport_permission, refuse, 0),
    ROW(getvcpuinfo, domctl_vcpu_info, HAS_RESULT),
    ROW(scheduler_op, domctl_scheduler, HAS_RESULT),
    ROW(setdomainhandle, set_handle, 0),
    ROW(hypercall_init, domctl_hypercall_page, 0),
    ROW(set_address_size, domctl_set_width, 0),
    ROW(get_address_size, domctl_get_width, HAS_RESULT),
    ROW(settscinfo, domctl_set_tsc, 0),
    ROW(gettscinfo, domctl_get_tsc, HAS_RESULT),
    ROW(get_cpu_policy, domctl_get_cpu_policy, HAS_RESULT),
    ROW(set_cpu_policy, domctl_set_cpu_policy, 0),
};

static const struct row *find(uint32_t cmd)
{
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].cmd == cmd)
            return &rows[i];
    return NULL;
}

static long run(struct vcpu *v, const struct row *row, struct xen_domctl *op)
{
    struct domain *d = NULL;

    if (!(row->flags & NO_DOMAIN)) {
        d = domain_resolve(v->domain, op->domain);
        if (!d || (d->state == DOMAIN_DYING && !(row->flags & WHEN_DYING)))
            return -ESRCH;
        if (d == v->domain && row->flags & NOT_SELF)
            return -EINVAL;
    }
    return row->run(v, d, op);
}

long hc_domctl(struct vcpu *v, guest_ptr arg)
{
    const struct row *row;
    struct xen_domctl op;
    long rc;

    if (!v->domain->is_privileged)
        return -EPERM;
    if (guest_get(&op, arg))
        return -EFAULT;
    if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
        return -EACCES;
    row = find(op.cmd);
    if (!row)
        return -ENOSYS;
    if (!turn_take())
        return -ERESTART;
    zombies_bury();
    rc = run(v, row, &op);
    turn_drop();
    if (!rc && row->flags & HAS_RESULT && guest_put(arg, &op))
        rc = -EFAULT;
    return rc;
}
