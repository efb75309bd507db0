/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying between pages: each side is a grant of some domain or a frame of the caller.
 *
 * [copy.held]  both frames are held, the destination as writable memory, from the checks to the
 *              last byte
 */
#include "lib/string.h"
#include "grant/pages.h"
#include "grant/table.h"

struct side {
    struct domain *domain;
    bool is_grant, write;
    uint32_t ref;
    mfn_t frame;
};

static int side_hold(struct vcpu *v, struct side *s, const struct gnttab_copy_ptr *p)
{
    if (!s->is_grant && p->domid != DOMID_SELF)
        return GNTST_permission_denied;
    s->domain = domain_resolve(v->domain, p->domid);
    if (!s->domain)
        return GNTST_bad_domain;
    s->ref = p->u.ref;
    if (s->is_grant)
        return grant_pin(s->domain, s->ref, v->domain->id, s->write, &s->frame);
    s->frame = MFN(p->u.gmfn);
    return pages_hold(s->domain, s->frame, s->write) ? GNTST_bad_page : GNTST_okay;
}

static void side_drop(struct side *s)
{
    if (s->is_grant)
        grant_unpin(s->domain, s->ref, s->write);
    else
        pages_drop(s->domain, s->frame, s->write);
}

static bool crosses(const struct gnttab_copy_ptr *p, uint16_t len)
{
    return (uint32_t)p->offset + len > PAGE_SIZE;
}

static int copy_to_held(struct vcpu *v, const struct gnttab_copy *op, const struct side *from)
{
    struct side to = {.is_grant = op->flags & GNTCOPY_dest_gref, .write = true};
    int status = side_hold(v, &to, &op->dest);

    if (status != GNTST_okay)
        return status;
    memmove((char *)frame_data(to.frame) + op->dest.offset,
            (const char *)frame_data(from->frame) + op->source.offset, op->len);
    side_drop(&to);
    return GNTST_okay;
}

void grant_copy(struct vcpu *v, struct gnttab_copy *op)
{
    struct side from = {.is_grant = op->flags & GNTCOPY_source_gref};

    op->status = GNTST_bad_copy_arg;
    if (crosses(&op->source, op->len) || crosses(&op->dest, op->len))
        return;
    op->status = side_hold(v, &from, &op->source);
    if (op->status != GNTST_okay)
        return;
    op->status = copy_to_held(v, op, &from);
    side_drop(&from);
}
