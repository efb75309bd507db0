/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking memory into a domain and giving it back, extent by extent. The answer is how many extents were
 * done; the first that cannot be ends the list.
 */
#include "mm/domain_memory.h"
#include "mm/foreign.h"
#include "mm/memory_op.h"
#include "trace/trace.h"

#define EXTENTS_MAX (1ull << 40)

struct reservation {
    struct domain *d;
    guest_ptr list;
    uint64_t count;
    unsigned order;
    uint64_t below;
};

static int reservation_read(struct vcpu *v, guest_ptr arg, struct reservation *r)
{
    struct xen_memory_reservation request;

    if (guest_get(&request, arg))
        return -EFAULT;
    int rc = foreign_domain(v, request.domid, &r->d);
    if (rc)
        return rc;
    /* The node is only a wish, and there is one; the other flags ask for what we do not have. */
    if (request.mem_flags & ~(0xffffu | XENMEMF_exact_node_request))
        return -EINVAL;
    r->list = GPTR((uint64_t)request.extent_start.p);
    r->count = request.nr_extents;
    r->order = request.extent_order;
    r->below = memory_limit(request.mem_flags);
    return 0;
}

/* The guest learns the frame before the frame is its own: a bad pointer costs nothing. */
static bool extent_add(struct reservation *r, guest_ptr at, bool has_pfn)
{
    uint64_t pfn = M2P_INVALID;

    if (has_pfn && guest_get(&pfn, at))
        return false;
    mfn_t m = frame_alloc(r->order, r->below, false);
    if (mfn_is_none(m))
        return false;
    if (guest_put(at, &m.n) || domain_give(r->d, m, r->order)) {
        frame_free(m, r->order);
        return false;
    }
    for (uint64_t i = 0; has_pfn && i < 1ull << r->order; i++)
        m2p_set(MFN(m.n + i), pfn + i);
    return true;
}

static bool extent_remove(struct reservation *r, guest_ptr at)
{
    uint64_t n = 0, size = 1ull << r->order;
    mfn_t m;

    if (guest_get(&m.n, at) || m.n + size < m.n)
        return false;
    lock_take(&r->d->mm_lock);
    while (n < size && !frame_take(r->d, MFN(m.n + n)))
        n++;
    if (n)
        domain_flush(r->d); /* [frame.flushed] */
    for (uint64_t i = 0; i < n; i++)
        frame_free(MFN(m.n + i), 0);
    lock_drop(&r->d->mm_lock);
    return n == size;
}

static long extents_run(struct vcpu *v, struct reservation *r, unsigned op, uint64_t done)
{
    if (r->order > memory_max_order(v) || r->count > EXTENTS_MAX)
        return done; /* no extent can be had */
    for (uint64_t i = done; i < r->count; i++) {
        guest_ptr at = gptr_add(r->list, i * 8);
        bool ok = op == XENMEM_decrease_reservation
                      ? extent_remove(r, at)
                      : extent_add(r, at, op == XENMEM_populate_physmap);

        if (!ok)
            return i;
        if ((i + 1) % 16 == 0 && i + 1 < r->count && preempt_wanted()) {
            restart_arg(v, 0, (i + 1) << MEMORY_OP_BITS | op);
            return -ERESTART;
        }
    }
    return r->count;
}

long memory_reservation(struct vcpu *v, unsigned op, uint64_t done, guest_ptr arg)
{
    struct reservation r;
    long rc = reservation_read(v, arg, &r);

    if (rc)
        return rc;
    rc = extents_run(v, &r, op, done);
    trace_reservation(r.d->id, r.order, op, rc);
    return rc;
}
