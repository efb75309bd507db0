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
#include "lib/spin.h"

/* Translations of what the frame was before must not outlive the change. */
static bool needs_flush(uint64_t old, enum frame_use new)
{
    return use_kind(old) != USE_NONE && use_kind(old) != new;
}

/* Another CPU flushes, for as long as that takes. */
static bool is_turning_writable(uint64_t use)
{
    return use & USE_LOCKED && use & COUNT_MASK && use_kind(use) == USE_WRITABLE;
}

int writable_get_first(struct frame *f, const struct domain *owner)
{
    uint64_t use = frame_use(f), new;

    if (frame_own(f) & OWN_READ_ONLY)
        return -EPERM;
    do {
        while (is_turning_writable(use)) {
            spin_wait();
            use = frame_use(f);
        }
        if (use & USE_LOCKED || (use & COUNT_MASK && use_kind(use) != USE_WRITABLE))
            return -EINVAL;
        if ((use & COUNT_MASK) == COUNT_MAX)
            return -EBUSY;
        new = USE_WORD(USE_WRITABLE) + (use & COUNT_MASK) + 1;
        if (needs_flush(use, USE_WRITABLE))
            new |= USE_LOCKED; /* nobody maps it before all have flushed */
    } while (!word_swap(&f->use, &use, new));
    if (new & USE_LOCKED) {
        tlb_flush(owner ? owner->dirty_cpus : ~0ull);
        __atomic_and_fetch(&f->use, ~USE_LOCKED, __ATOMIC_SEQ_CST);
    }
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
    if (needs_flush(use, wanted))
        tlb_flush(d->dirty_cpus); /* [type.flushed] */
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
