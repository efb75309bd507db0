/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping and unmapping other domains' frames.
 *
 * A mapping has one or two parts, for the CPU (host) and for devices, and one pin; it ends when no
 * part is left. What a handle holds is what its record says, whatever the caller claims.
 *
 * [grant.record]   unmapping releases what the record says
 * [grant.once]     a handle is freed once, by the vCPU that set MAPPING_BUSY
 * [grant.flushed]  an entry's marks and references go after every TLB has forgotten the mapping
 */
#include "grant/pages.h"
#include "grant/table.h"

static int status_of(int rc)
{
    switch (rc) {
    case 0:
        return GNTST_okay;
    case -EFAULT:
    case -EINVAL:
        return GNTST_bad_virt_addr;
    case -EPERM:
        return GNTST_permission_denied;
    default:
        return GNTST_general_error;
    }
}

/* The pin is taken: map, or give the pin back. */
static int map_pinned(struct vcpu *v, const struct gnttab_map_grant_ref *op, struct domain *owner,
                      mfn_t frame)
{
    int rc = 0;

    if (op->flags & GNTMAP_host_map)
        rc = pages_map(v, op->host_addr, op->flags, frame, owner);
    if (rc)
        grant_unpin(owner, op->ref, !(op->flags & GNTMAP_readonly));
    return status_of(rc);
}

/* The handle is nobody else's until this, which needs no lock: whoever looks sees all of it or nothing. */
static void publish(struct domain *d, uint32_t handle, const struct gnttab_map_grant_ref *op)
{
    struct mapping m = {
        .ref = op->ref,
        .owner = op->dom,
        .flags = op->flags & (MAPPING_PARTS | GNTMAP_readonly | GNTMAP_contains_pte),
    };

    __atomic_store(mapping_at(d, handle), &m, __ATOMIC_RELEASE);
}

static int map_with_handle(struct vcpu *v, struct gnttab_map_grant_ref *op, uint32_t handle)
{
    struct domain *owner = domain_by_id(op->dom);
    mfn_t frame;
    int status;

    if (!owner)
        return GNTST_bad_domain;
    status = grant_pin(owner, op->ref, v->domain->id, !(op->flags & GNTMAP_readonly), &frame);
    if (status == GNTST_okay)
        status = map_pinned(v, op, owner, frame);
    if (status == GNTST_okay) {
        op->handle = handle;
        op->dev_bus_addr = op->flags & GNTMAP_device_map ? frame.n << PAGE_SHIFT : 0;
        publish(v->domain, handle, op);
    }
    return status;
}

void grant_map(struct vcpu *v, struct gnttab_map_grant_ref *op)
{
    uint32_t handle;

    op->status = GNTST_bad_gntref;
    if (!(op->flags & MAPPING_PARTS))
        return;
    op->status = GNTST_no_space;
    handle = handle_take(v->domain);
    if (handle == HANDLE_NONE)
        return;
    op->status = map_with_handle(v, op, handle);
    if (op->status != GNTST_okay)
        handle_free(v->domain, handle);
}

/* Makes the mapping ours to change. False: no such handle, or another vCPU is at it. */
static bool mapping_seize(struct domain *d, uint32_t handle, struct mapping *out)
{
    struct mapping *m, busy;

    if (handle >= __atomic_load_n(&grants_of(d)->handle_count, __ATOMIC_ACQUIRE))
        return false;
    m = mapping_at(d, handle);
    __atomic_load(m, out, __ATOMIC_ACQUIRE);
    if (!(out->flags & MAPPING_PARTS) || out->flags & MAPPING_BUSY)
        return false;
    busy = *out;
    busy.flags |= MAPPING_BUSY;
    return __atomic_compare_exchange(m, out, &busy, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* What is left goes back; a mapping without parts is gone, its pin waits in the batch for the
 * flush. */
static void mapping_settle(struct domain *d, uint32_t handle, const struct mapping *m,
                           struct domain *owner, struct unmap_batch *b)
{
    if (m->flags & MAPPING_PARTS) {
        __atomic_store(mapping_at(d, handle), m, __ATOMIC_RELEASE);
        return;
    }
    b->done[b->count].owner = owner;
    b->done[b->count].ref = m->ref;
    b->done[b->count++].write = !(m->flags & GNTMAP_readonly);
    handle_free(d, handle);
}

/* Which parts an unmapping names, of those that are left. The check half: changes nothing. */
static int unmap_check(const struct gnttab_unmap_grant_ref *op, const struct mapping *m,
                       mfn_t frame, uint16_t *parts)
{
    *parts = m->flags &
             ((op->host_addr ? GNTMAP_host_map : 0) | (op->dev_bus_addr ? GNTMAP_device_map : 0));
    if (*parts & GNTMAP_device_map && op->dev_bus_addr != frame.n << PAGE_SHIFT)
        return GNTST_bad_dev_addr;
    return GNTST_okay;
}

void grant_unmap(struct vcpu *v, struct gnttab_unmap_grant_ref *op, struct unmap_batch *b)
{
    struct domain *d = v->domain, *owner;
    struct mapping m;
    uint16_t parts;
    mfn_t frame;

    op->status = GNTST_bad_handle;
    if (!mapping_seize(d, op->handle, &m))
        return;
    owner = domain_by_id(m.owner); /* there as long as it has pins */
    frame = grant_pinned_frame(owner, m.ref);
    op->status = unmap_check(op, &m, frame, &parts);
    if (op->status == GNTST_okay && parts & GNTMAP_host_map)
        op->status = status_of(pages_unmap(v, op->host_addr, m.flags, frame));
    if (op->status == GNTST_okay)
        m.flags &= ~parts;
    mapping_settle(d, op->handle, &m, owner, b);
}

void unmap_finish(struct domain *d, struct unmap_batch *b)
{
    tlb_flush(__atomic_load_n(&d->dirty_cpus, __ATOMIC_SEQ_CST));
    for (unsigned i = 0; i < b->count; i++)
        grant_unpin(b->done[i].owner, b->done[i].ref, b->done[i].write);
    b->count = 0;
}
