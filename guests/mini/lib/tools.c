/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls to the control interfaces. One caller at a time: there is one operation of each kind. */
#include "tools.h"

struct xen_domctl *domctl_new(u32 cmd, domid_t domain)
{
    static struct xen_domctl op;

    memset(&op, 0, sizeof(op));
    op.cmd = cmd;
    op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op.domain = domain;
    return &op;
}

long domctl(struct xen_domctl *op)
{
    return hyp1(__HYPERVISOR_domctl, op);
}

long domctl_do(u32 cmd, domid_t domain)
{
    return domctl(domctl_new(cmd, domain));
}

struct xen_sysctl *sysctl_new(u32 cmd)
{
    static struct xen_sysctl op;

    memset(&op, 0, sizeof(op));
    op.cmd = cmd;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return &op;
}

long sysctl(struct xen_sysctl *op)
{
    return hyp1(__HYPERVISOR_sysctl, op);
}

u64 frames_free(void)
{
    struct xen_sysctl *op = sysctl_new(XEN_SYSCTL_physinfo);

    return sysctl(op) ? 0 : op->u.physinfo.free_pages;
}
