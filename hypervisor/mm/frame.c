/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Owners and references of frames.
 *
 *     free ──alloc──► ours ──assign──► a domain's (1 reference: its allocation) ──┐
 *       ▲               ▲ └─share────► a domain's, SHARED: not part of its memory │
 *       │               └──take: only when nothing but the allocation is left─────┤
 *       └──────────────────last put, after the allocation was given up────────────┘
 *
 * [frame.flushed]  no CPU holds a translation of a frame that has left its domain: who takes frames away
 *                  flushes before anybody else gets them
 *
 * Not here: uses (type.c), free memory (alloc.c).
 */
#include "mm/frame.h"

uint64_t frame_count, frame_limit;

static mfn_t frame_number(const struct frame *f)
{
    return MFN(f - frame_of(MFN(0)));
}

/* The allocation and all mappings are gone. Foreign mappers flushed when they dropped theirs, and the
 * owner no longer runs; so nobody has a translation. */
void frame_last_put(struct frame *f, uint64_t own)
{
    struct domain *d = domain_by_id(own_domain(own));

    BUG_ON(!(own & COUNT_MASK)); /* puts follow gets, whatever the guest does */
    BUG_ON(own & OWN_ALLOCATED || frame_use(f) & COUNT_MASK);
    tlb_flush_here();
    if (d)
        __atomic_sub_fetch(own & OWN_SHARED ? &d->shared_pages : &d->pages, 1, __ATOMIC_RELAXED);
    frame_free(frame_number(f), 0);
}

int frame_take(struct domain *d, mfn_t m)
{
    struct frame *f = frame_of(m);
    uint64_t own = OWN_WORD(d->id) | OWN_ALLOCATED | 1;

    if (!frame_exists(m) || own_domain(frame_own(f)) != d->id)
        return -EINVAL;
    if (!word_swap(&f->own, &own, OWN_OURS | OWN_DIRTY))
        return -EBUSY;
    BUG_ON(f->use & (COUNT_MASK | USE_LOCKED | USE_PINNED)); /* [frame.backed] */
    /* What it was last stays known, in case it is given back. [frame.sticky] */
    __atomic_sub_fetch(&d->pages, 1, __ATOMIC_RELAXED);
    return 0;
}

void frame_assign(struct domain *d, mfn_t first, unsigned order)
{
    for (uint64_t i = 0; i < 1ull << order; i++)
        __atomic_store_n(&frame_of(MFN(first.n + i))->own, OWN_WORD(d->id) | OWN_ALLOCATED | 1,
                         __ATOMIC_RELEASE);
    __atomic_add_fetch(&d->pages, 1ull << order, __ATOMIC_RELAXED);
}

void frame_share(mfn_t m, struct domain *d)
{
    struct frame *f = frame_of(m);

    BUG_ON(own_domain(f->own) != DOMID_XEN || f->use & COUNT_MASK);
    m2p_set(m, M2P_SHARED);
    __atomic_add_fetch(&d->shared_pages, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&f->own, OWN_WORD(d->id) | OWN_ALLOCATED | OWN_SHARED | 1, __ATOMIC_RELEASE);
}

void frame_unshare(mfn_t m)
{
    struct frame *f = frame_of(m);

    BUG_ON(!(f->own & OWN_SHARED));
    __atomic_and_fetch(&f->own, ~OWN_ALLOCATED, __ATOMIC_SEQ_CST);
    frame_put(f);
}

void frame_publish(mfn_t m, bool writable)
{
    struct frame *f = frame_of(m);

    BUG_ON(own_domain(f->own) != DOMID_XEN);
    __atomic_store_n(&f->own, OWN_OURS | OWN_ALLOCATED | (writable ? 0 : OWN_READ_ONLY) | 1,
                     __ATOMIC_RELEASE);
}

int mm_hold(struct domain *d, mfn_t m)
{
    struct frame *f = frame_of(m);

    if (!frame_exists(m) || !frame_get(f, d->id))
        return -EINVAL;
    int rc = writable_get(f, d);
    if (rc)
        frame_put(f);
    return rc;
}

void mm_release(struct domain *d, mfn_t m)
{
    writable_put(frame_of(m));
    frame_put(frame_of(m));
}
