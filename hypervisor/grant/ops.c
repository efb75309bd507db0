/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grant_table_op hypercall.
 *
 * Lists are worked off element by element; each gets its status. The call as a whole fails only
 * when an element cannot be read or written. [ops.status]
 */
#include "grant/table.h"
#include "hypercalls.h"
#include "trace/trace.h"
#include "x86/access.h"

union list_op {
    struct gnttab_map_grant_ref map;
    struct gnttab_unmap_grant_ref unmap;
    struct gnttab_copy copy;
};

static const uint8_t list_op_size[] = {
    [GNTTABOP_map_grant_ref] = sizeof(struct gnttab_map_grant_ref),
    [GNTTABOP_unmap_grant_ref] = sizeof(struct gnttab_unmap_grant_ref),
    [GNTTABOP_copy] = sizeof(struct gnttab_copy),
};

/* Records, apart, so that nothing is kept for their sake while nothing is recorded. */
static __attribute__((noinline, cold)) void note_map(const struct gnttab_map_grant_ref *op)
{
    trace_grant_map(op->dom, op->status, op->ref, op->handle, op->flags);
}

static __attribute__((noinline, cold)) void note_unmap(const struct gnttab_unmap_grant_ref *op)
{
    trace_grant_unmap(op->handle, op->status);
}

static __attribute__((noinline, cold)) void note_copy(const struct gnttab_copy *op)
{
    trace_grant_copy(op->source.domid, op->dest.domid, op->len, op->status);
}

static void list_op_run(struct vcpu *v, uint32_t cmd, union list_op *op, struct unmap_batch *b)
{
    switch (cmd) {
    case GNTTABOP_map_grant_ref:
        grant_map(v, &op->map);
        if (trace_wants(grant_map))
            note_map(&op->map);
        break;
    case GNTTABOP_unmap_grant_ref:
        grant_unmap(v, &op->unmap, b);
        if (trace_wants(grant_unmap))
            note_unmap(&op->unmap);
        break;
    case GNTTABOP_copy:
        grant_copy(v, &op->copy);
        if (trace_wants(grant_copy))
            note_copy(&op->copy);
        break;
    }
    if (b->count == GRANT_UNMAP_BATCH)
        unmap_finish(v->domain, b);
}

static long list(struct vcpu *v, uint32_t cmd, guest_ptr ops, uint32_t count, size_t size)
{
    struct unmap_batch batch;
    union list_op op;
    uint32_t i;
    int rc = 0;

    if (count > INT32_MAX)
        return -EINVAL;
    batch.count = 0; /* the rest is not looked at */
    for (i = 0; i < count && !rc; i++) {
        if (i && preempt_wanted()) {
            restart_arg(v, 1, ops.va);
            restart_arg(v, 2, count - i);
            rc = -ERESTART;
            break;
        }
        rc = guest_read(&op, ops, size);
        if (!rc) {
            list_op_run(v, cmd, &op, &batch);
            rc = guest_write(ops, &op, size);
        }
        ops = gptr_add(ops, size);
    }
    if (batch.count)
        unmap_finish(v->domain, &batch);
    return rc;
}

/* The domain whose table is meant: the caller's own, or any for a privileged one. */
static int target(struct domain *self, domid_t id, struct domain **d)
{
    *d = domain_resolve(self, id);
    if (!*d || (*d)->state == DOMAIN_DYING)
        return GNTST_bad_domain;
    return *d == self || self->is_privileged ? GNTST_okay : GNTST_permission_denied;
}

static int list_frames(struct domain *d, uint32_t count, guest_ptr out)
{
    if (grant_grow(d, count))
        return GNTST_general_error;
    for (uint32_t i = 0; i < count; i++) {
        xen_pfn_t frame = grant_frame_mfn(d, i).n;

        if (guest_put(gptr_add(out, i * sizeof(frame)), &frame))
            return GNTST_bad_virt_addr;
    }
    return GNTST_okay;
}

static long setup_table(struct domain *self, guest_ptr arg)
{
    struct gnttab_setup_table s;
    struct domain *d;
    int rc = guest_get(&s, arg);

    if (rc)
        return rc;
    s.status = target(self, s.dom, &d);
    if (s.status == GNTST_okay)
        s.status = list_frames(d, s.nr_frames, GPTR((uint64_t)s.frame_list.p));
    return guest_put(arg, &s);
}

static long query_size(struct domain *self, guest_ptr arg)
{
    struct gnttab_query_size q;
    struct domain *d;
    int rc = guest_get(&q, arg);

    if (rc)
        return rc;
    q.nr_frames = q.max_nr_frames = 0;
    q.status = target(self, q.dom, &d);
    if (q.status == GNTST_okay) {
        q.nr_frames = grant_frame_count(d);
        q.max_nr_frames = grant_frame_limit(d);
    }
    return guest_put(arg, &q);
}

static long set_version(guest_ptr arg)
{
    struct gnttab_set_version s;
    int rc = guest_get(&s, arg);

    if (rc)
        return rc;
    if (s.version == 2)
        return -ENOSYS; /* the guest stays with version 1, as on hosts from before version 2 */
    return s.version == 1 ? guest_put(arg, &s) : -EINVAL;
}

static long get_version(struct domain *self, guest_ptr arg)
{
    struct gnttab_get_version g;
    struct domain *d;
    int rc = guest_get(&g, arg);

    if (rc)
        return rc;
    switch (target(self, g.dom, &d)) {
    case GNTST_bad_domain:
        return -ESRCH;
    case GNTST_permission_denied:
        return -EPERM;
    }
    g.version = 1;
    return guest_put(arg, &g);
}

static __attribute__((noinline)) long table_op(struct vcpu *v, uint32_t cmd, guest_ptr ops, uint32_t count)
{
    switch (cmd) {
    case GNTTABOP_setup_table:
        return count == 1 ? setup_table(v->domain, ops) : -EINVAL;
    case GNTTABOP_query_size:
        return count == 1 ? query_size(v->domain, ops) : -EINVAL;
    case GNTTABOP_set_version:
        return count == 1 ? set_version(ops) : -EINVAL;
    case GNTTABOP_get_version:
        return count == 1 ? get_version(v->domain, ops) : -EINVAL;
    default: /* dump, transfer, unmap_and_replace and version 2: no 6.1 kernel asks */
        return -ENOSYS;
    }
}

long hc_grant_table_op(struct vcpu *v, uint32_t cmd, guest_ptr ops, uint32_t count)
{
    if (cmd < ARRAY_SIZE(list_op_size) && list_op_size[cmd])
        return list(v, cmd, ops, count, list_op_size[cmd]);
    return table_op(v, cmd, ops, count);
}
