/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Level-1 entries: what a guest may map, and what an entry holds while it is there.
 *
 *     not present              nothing; any content
 *     device memory            nothing
 *     RAM, read-only           a reference
 *     RAM, writable            a reference and a count of USE_WRITABLE
 *
 * [entry.recomputed]  what an entry holds follows from the entry alone, so dropping it needs no record
 * [entry.audited]     every change of P, RW, the frame or the cache bits is checked as a new entry; the
 *                     rest (A, D, NX, US, GLOBAL and the software bits) cannot change what it holds
 * [entry.cached]      RAM is mapped write-back only, device memory never write-back, so the CPU's caches
 *                     agree with what we read when a frame becomes a table
 * [entry.foreign]     a foreign frame is flushed from the mapper's CPUs before its reference is dropped
 */
#include "mm/entry.h"
#include "trace/trace.h"

static int io_get(struct domain *d, domid_t owner, uint64_t *e)
{
    mfn_t m = pte_mfn(*e);

    if (m.n >= frame_limit)
        return -EINVAL;
    if ((owner != d->id && owner != DOMID_IO) || !mm_io_permitted(d, m))
        return -EPERM;
    /* PWT alone is write-through, PCD alone uncached-minus, PAT alone write-combining; the first, and
     * no bit at all, would let the CPU cache device registers. */
    if (!(*e & (PTE_PCD | PTE_PAT)))
        *e |= PTE_PCD | PTE_PWT;
    else if ((*e & PTE_CACHE) == (PTE_PAT | PTE_PWT))
        *e |= PTE_PCD; /* write-protected */
    return 0;
}

int l1_get_other(struct domain *d, domid_t owner, uint64_t *e)
{
    if (!frame_is_ram(pte_mfn(*e)))
        return io_get(d, owner, e);
    return owner == DOMID_IO ? -EPERM : -EBUSY;
}

void l1_put_other(struct domain *d, uint64_t e)
{
    struct frame *f = frame_of(pte_mfn(e));

    if (!frame_is_ram(pte_mfn(e)))
        return;
    tlb_flush(d->dirty_cpus); /* [entry.foreign] */
    if (e & PTE_RW)
        writable_put(f);
    frame_put(f);
}

/* The CPU can only add A and D, so this tries three times at most. */
static void pte_set_keeping(uint64_t *pte, uint64_t old, uint64_t new)
{
    while (!pte_swap(pte, &old, new | (old & (PTE_A | PTE_D))))
        ;
}

static inline bool pte_commit(uint64_t *pte, uint64_t old, uint64_t new, enum pte_mode mode)
{
    if (mode == PTE_EXACT)
        return pte_swap(pte, &old, new);
    if (mode == PTE_KEEP_AD && old & PTE_P)
        pte_set_keeping(pte, old, new);
    else
        pte_set(pte, new);
    return true;
}

/* Same frame, only writability changes, d's own RAM: the reference stays. */
static int l1_set_writable(struct domain *d, uint64_t *pte, uint64_t old, uint64_t new,
                        enum pte_mode mode)
{
    struct frame *f = frame_of(pte_mfn(new));
    int rc = new & PTE_RW ? writable_get(f, d) : 0;

    if (unlikely(rc))
        return rc;
    bool done = pte_commit(pte, old, new, mode);
    /* One count too many now: of the entry that was, or of the one that is not to be. */
    if (done == !(new & PTE_RW))
        writable_put(f);
    return done ? 0 : -EAGAIN;
}

static inline bool is_own_ram(struct domain *d, domid_t owner, uint64_t e)
{
    return owner == d->id && frame_exists(pte_mfn(e)) &&
           frame_owner(frame_of(pte_mfn(e))) == d->id;
}

/* To an entry that is not present. These and the next are apart, so that none keeps registers for the others' sake. */
static __attribute__((noinline)) int l1_clear(struct domain *d, domid_t owner, uint64_t *pte, uint64_t old,
                                              uint64_t new, enum pte_mode mode)
{
    if (unlikely(!pte_commit(pte, old, new, mode)))
        return -EAGAIN;
    if (old & PTE_P)
        l1_put(d, old);
    return 0;
}

/* To one that is. */
static __attribute__((noinline)) int l1_set(struct domain *d, domid_t owner, uint64_t *pte, uint64_t old,
                                            uint64_t new, enum pte_mode mode)
{
    new = l1_adjust(new);
    if (old & PTE_P) {
        uint64_t differs = (old ^ new) & (PTE_ADDR | PTE_RW | PTE_CACHE);

        if (!differs) /* [entry.audited] */
            return pte_commit(pte, old, new, mode) ? 0 : -EAGAIN;
        if (differs == PTE_RW && is_own_ram(d, owner, new))
            return l1_set_writable(d, pte, old, new, mode);
    }
    int rc = l1_get(d, owner, &new);
    if (unlikely(rc))
        return rc;
    if (unlikely(!pte_commit(pte, old, new, mode))) {
        l1_put(d, new);
        return -EAGAIN;
    }
    if (old & PTE_P)
        l1_put(d, old);
    return 0;
}

static __attribute__((noinline)) int l1_write_recorded(struct domain *d, domid_t owner, uint64_t *pte, uint64_t old,
                                                       uint64_t new, enum pte_mode mode)
{
    int rc = (new & PTE_P ? l1_set : l1_clear)(d, owner, pte, old, new, mode);

    trace_pte_write((uint64_t)pte - DIRECT_VA, old, new, rc, d->id, USE_L1);
    return rc;
}

int l1_write(struct domain *d, domid_t owner, uint64_t *pte, uint64_t old, uint64_t new,
             enum pte_mode mode)
{
    if (trace_wants(pte_write))
        return l1_write_recorded(d, owner, pte, old, new, mode);
    return new & PTE_P ? l1_set(d, owner, pte, old, new, mode) : l1_clear(d, owner, pte, old, new, mode);
}

int upper_check(enum frame_use level, uint64_t *e)
{
    if (*e & UPPER_FORBIDDEN || !frame_exists(pte_mfn(*e)))
        return -EINVAL;
    *e |= PTE_US | (level == USE_L4 ? PTE_A : 0);
    return 0;
}
