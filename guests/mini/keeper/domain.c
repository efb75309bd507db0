/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of making a domain, one call each. */
#include "keeper.h"

#include <xen/event_channel.h>
#include <xen/memory.h>

long domain_new(domid_t *domain)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_createdomain, 0);
    long rc;

    op->u.createdomain.max_vcpus = 2;
    op->u.createdomain.max_grant_frames = 1;
    op->u.createdomain.max_maptrack_frames = 1;
    rc = domctl(op);
    *domain = op->domain;
    return rc;
}

long domain_limit(domid_t domain, u64 pages)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_max_mem, domain);

    op->u.max_mem.max_memkb = pages << (PAGE_SHIFT - 10);
    return domctl(op);
}

long domain_populate(domid_t domain, u64 *frames, u64 pages)
{
    struct xen_memory_reservation r = {.nr_extents = pages, .domid = domain};

    for (u64 i = 0; i < pages; i++)
        frames[i] = i;
    set_xen_guest_handle(r.extent_start, frames);
    return hyp_memory_op(XENMEM_populate_physmap, &r) == (long)pages ? 0 : -1;
}

long domain_vcpu(domid_t domain, u32 vcpu, vcpu_guest_context_t *context)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_setvcpucontext, domain);

    op->u.vcpucontext.vcpu = vcpu;
    set_xen_guest_handle(op->u.vcpucontext.ctxt, context);
    return domctl(op);
}

long domain_pin_l4(domid_t domain, u64 frame)
{
    mmuext_op_t op = {.cmd = MMUEXT_PIN_L4_TABLE, .arg1.mfn = frame};
    u32 done;

    return hyp_mmuext_op(&op, 1, &done, domain);
}

long map_foreign(void *at, u64 frame, domid_t domain)
{
    mmu_update_t u = {.ptr = pte_maddr((u64)at, 1), .val = pte_make(frame, PTE_DATA)};
    u32 done = 0;

    return hyp_mmu_update(&u, 1, &done, domain);
}

long map_own(void *at)
{
    return map_page((u64)at, pte_make(va_mfn(at), PTE_DATA));
}

u64 grant_table_frame(domid_t domain)
{
    struct xen_mem_acquire_resource r = {
        .domid = domain, .type = XENMEM_resource_grant_table, .nr_frames = 1};
    xen_pfn_t frame = 0;

    set_xen_guest_handle(r.frame_list, &frame);
    return hyp_memory_op(XENMEM_acquire_resource, &r) ? 0 : frame;
}
