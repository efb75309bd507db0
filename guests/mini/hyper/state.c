/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hypervisor keeps in memory of its own. */
#include "hyper.h"

#include "../lib/tools.h"

/* One that never runs and stays: what a domain leaves, Xen gives back at a time of its own choosing. */
static void domain_make(void)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_createdomain, 0);

    op->u.createdomain.max_vcpus = 1;
    op->u.createdomain.max_evtchn_port = -1;
    op->u.createdomain.max_grant_frames = 1;
    op->u.createdomain.max_maptrack_frames = 1;
    op->u.createdomain.grant_opts = XEN_DOMCTL_GRANT_version(1);
    must(!domctl(op), "createdomain was refused");
    op = domctl_new(XEN_DOMCTL_max_vcpus, op->domain);
    op->u.max_vcpus.max = 1;
    must(!domctl(op), "max_vcpus was refused");
}

u64 bench_domain_state(unsigned int iterations)
{
    u64 before = frames_free();

    domain_make();
    return (before - frames_free()) * PAGE_SIZE;
}

u64 bench_frame_record(unsigned int iterations)
{
    long bytes = hyp_vantage_op(VANTAGE_FRAME_BYTES, 0);

    return bytes > 0 ? (u64)bytes : 0;
}
