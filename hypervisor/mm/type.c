/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The use of a frame.
 *
 *        count 0                  count 1, LOCKED                 count 1.., VALID
 *     none, or what it ──type_get──► l1..l4, seg ──type_validated──► l1..l4, seg
 *     was last       ◄──type_emptied──┘                             │
 *           ▲  │                                                    │ type_put of the last
 *           │  └──writable_get──► writable 1..                      ▼
 *           └──────────type_emptied──────────────────── l1..l4, seg  count 0, LOCKED
 *
 * [type.one]      a frame is never writable by a guest and a page table (or descriptors) at once
 * [type.flushed]  between the swap that forbids new writable mappings and the reading of the content, all
 *                 CPUs that may hold an old translation are flushed; which depends on the OLD use
 * [type.locked]   a LOCKED frame is in the hands of one job; nobody else gets a count of it
 *
 * Not here: looking at the content (promote.c).
 */
#include "mm/type.h"

/* Translations of what the frame was before must not outlive the change. */
static void flush_old_use(uint64_t old, enum frame_use new, const struct domain *d)
{
    if (use_kind(old) != USE_NONE && use_kind(old) != new)
        tlb_flush(d ? d->dirty_cpus : ~0ull);
}

int writable_get_first(struct frame *f, const struct domain *owner)
{
    uint64_t use = frame_use(f);

    if (frame_own(f) & OWN_READ_ONLY)
        return -EPERM;
    do {
        if (use & USE_LOCKED || (use & COUNT_MASK && use_kind(use) != USE_WRITABLE))
            return -EINVAL;
        if ((use & COUNT_MASK) == COUNT_MAX)
            return -EBUSY;
    } while (!word_swap(&f->use, &use, USE_WORD(USE_WRITABLE) + (use & COUNT_MASK) + 1));
    flush_old_use(use, USE_WRITABLE, owner);
    return 0;
}

int type_get(struct frame *f, enum frame_use wanted, const struct domain *d)
{
    uint64_t use = frame_use(f), new;

    do {
        if (unlikely(use & USE_LOCKED))
            return use_kind(use) == wanted || !(use & COUNT_MASK) ? -EAGAIN : -EINVAL;
        if (use & COUNT_MASK) {
            if (use_kind(use) != wanted)
                return -EINVAL;
            if ((use & COUNT_MASK) == COUNT_MAX)
                return -EBUSY;
            new = use + 1;
        } else {
            new = USE_WORD(wanted) | USE_LOCKED | 1;
        }
    } while (!word_swap(&f->use, &use, new));
    if (!(new & USE_LOCKED))
        return TYPE_OK;
    flush_old_use(use, wanted, d); /* [type.flushed] */
    return TYPE_LOCKED;
}

void type_validated(struct frame *f)
{
    /* [type.locked]: nobody else changes a locked word. */
    __atomic_store_n(&f->use, (f->use & ~USE_LOCKED) | USE_VALID, __ATOMIC_RELEASE);
}

bool type_put(struct frame *f)
{
    uint64_t use = frame_use(f), new;

    do {
        BUG_ON((use & COUNT_MASK) == 0); /* puts follow gets */
        new = use - 1;
        if ((new & COUNT_MASK) == 0)
            new = USE_WORD(use_kind(use)) | USE_LOCKED;
    } while (!word_swap(&f->use, &use, new));
    return new & USE_LOCKED;
}

void type_emptied(struct frame *f)
{
    __atomic_store_n(&f->use, USE_WORD(use_kind(f->use)), __ATOMIC_RELEASE); /* [frame.sticky] */
}
