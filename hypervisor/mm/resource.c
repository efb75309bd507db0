/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames of ours that belong to a domain and that the tools may map: its grant table. */
#include "mm/foreign.h"
#include "mm/memory_op.h"

#define FRAMES_AT_ONCE 32

static int frames_put(struct domain *d, const struct xen_mem_acquire_resource *r)
{
    guest_ptr at = GPTR((uint64_t)r->frame_list.p);

    for (uint32_t i = 0; i < r->nr_frames; i++) {
        mfn_t m = on_grant_frame(d, r->frame + i);

        if (mfn_is_none(m))
            return -EINVAL;
        if (guest_put(gptr_add(at, i * 8ul), &m.n))
            return -EFAULT;
    }
    return 0;
}

/* Without a list the size is asked for. */
static int size_put(struct domain *d, guest_ptr arg)
{
    uint32_t n = 0;

    while (!mfn_is_none(on_grant_frame(d, n)))
        n++;
    return guest_put(gptr_add(arg, offsetof(struct xen_mem_acquire_resource, nr_frames)), &n);
}

long memory_resource(struct vcpu *v, guest_ptr arg)
{
    struct xen_mem_acquire_resource r;
    struct domain *d;

    if (!v->domain->is_privileged)
        return -EPERM;
    if (guest_get(&r, arg))
        return -EFAULT;
    if (r.pad)
        return -EINVAL;
    if (r.type != XENMEM_resource_grant_table || r.id != XENMEM_resource_grant_table_id_shared)
        return -EOPNOTSUPP;
    int rc = foreign_domain(v, r.domid, &d);
    if (rc)
        return rc;
    if (!r.frame_list.p)
        return r.nr_frames ? -EINVAL : size_put(d, arg);
    if (r.nr_frames > FRAMES_AT_ONCE || r.frame > UINT32_MAX - FRAMES_AT_ONCE)
        return -E2BIG;
    return frames_put(d, &r);
}
