/* SPDX-License-Identifier: BSD-2-Clause */
/* What the control interfaces refuse their own domain: each with the errno the ABI names. */
#include "keeper.h"

#define EPERM  1
#define ESRCH  3
#define EFAULT 14
#define EACCES 13
#define EINVAL 22
#define ENOSYS 38

#define NOBODY 77 /* no domain of this number */

static long of_version(u32 version)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_getdomaininfo, 0);

    op->interface_version = version;
    return domctl(op);
}

static long system_of_version(u32 version)
{
    struct xen_sysctl *op = sysctl_new(XEN_SYSCTL_physinfo);

    op->interface_version = version;
    return sysctl(op);
}

static long create_with(u32 flags, u32 vcpus)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_createdomain, 0);

    op->u.createdomain.flags = flags;
    op->u.createdomain.max_vcpus = vcpus;
    return domctl(op);
}

/* What xl create does to every domain: reads its share, and sets it. */
static long share(u32 cmd, u16 weight)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_scheduler_op, 0);

    op->u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT;
    op->u.scheduler_op.cmd = cmd;
    op->u.scheduler_op.u.credit.weight = weight;
    return domctl(op) ? -1 : op->u.scheduler_op.u.credit.weight;
}

void right_run(void)
{
    case_long("share", share(XEN_DOMCTL_SCHEDOP_getinfo, 0), 256);
    case_long("share-set", share(XEN_DOMCTL_SCHEDOP_putinfo, 512), 512);
    case_long("share-is-set", share(XEN_DOMCTL_SCHEDOP_getinfo, 0), 512);
    case_long("share-of-nothing", share(XEN_DOMCTL_SCHEDOP_putinfo, 0), -1);
    case_long("domctl-version", of_version(XEN_DOMCTL_INTERFACE_VERSION + 1), -EACCES);
    case_long("sysctl-version", system_of_version(XEN_SYSCTL_INTERFACE_VERSION + 1), -EACCES);
    case_long("domctl-unknown", domctl_do(9999, 0), -ENOSYS);
    case_long("sysctl-unknown", sysctl(sysctl_new(9999)), -ENOSYS);
    case_long("domctl-bad-pointer", hyp1(__HYPERVISOR_domctl, HOLE_START), -EFAULT);
    case_long("sysctl-bad-pointer", hyp1(__HYPERVISOR_sysctl, HOLE_START), -EFAULT);
    case_long("nobody", domctl_do(XEN_DOMCTL_pausedomain, NOBODY), -ESRCH);
    case_long("not-itself", domctl_do(XEN_DOMCTL_destroydomain, 0), -EINVAL);
    case_long("not-itself-either", domctl_do(XEN_DOMCTL_pausedomain, DOMID_SELF), -EINVAL);
    case_long("no-hvm", create_with(XEN_DOMCTL_CDF_hvm, 1), -EINVAL);
    case_long("no-vcpus", create_with(0, 0), -EINVAL);
    case_long("too-many-vcpus", create_with(0, 33), -EINVAL);
}
