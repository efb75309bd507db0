/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest page-table entries. Bits from the manual (SDM vol. 3, 4.5); which of them a guest may set is
 * decided here and in entry.c.
 */
#ifndef MM_ENTRY_H
#define MM_ENTRY_H

#include "mm/frame.h"

#define PTE_P            (1ull << 0)
#define PTE_RW           (1ull << 1)
#define PTE_US           (1ull << 2)
#define PTE_PWT          (1ull << 3)
#define PTE_PCD          (1ull << 4)
#define PTE_A            (1ull << 5)
#define PTE_D            (1ull << 6)
#define PTE_PAT          (1ull << 7) /* level 1 */
#define PTE_PSE          (1ull << 7) /* levels 2 to 4 */
#define PTE_GLOBAL       (1ull << 8)
#define PTE_GUEST_KERNEL (1ull << 52) /* ours, in a bit the hardware ignores: the guest meant US = 0 */
#define PTE_NX           (1ull << 63)
#define PTE_ADDR         0x000ffffffffff000ull
#define PTE_CACHE        (PTE_PWT | PTE_PCD | PTE_PAT)

/* [entry.level-1 only] No superpages at any level, no cache attributes or GLOBAL above level 1. */
#define UPPER_FORBIDDEN (PTE_PWT | PTE_PCD | PTE_PSE | PTE_GLOBAL)

static inline mfn_t pte_mfn(uint64_t e)
{
    return MFN((e & PTE_ADDR) >> PAGE_SHIFT);
}

static inline uint64_t pte_read(const uint64_t *pte)
{
    return __atomic_load_n(pte, __ATOMIC_RELAXED);
}

/* [entry.writer] The only stores into guest page tables. Entries of a live table have two writers: the
 * holder of mm_lock, and the CPU, which sets A and D. pte_set may lose such a bit, as the guest's own
 * store would; pte_swap sees it. */
static inline void pte_set(uint64_t *pte, uint64_t new)
{
    __atomic_store_n(pte, new, __ATOMIC_RELEASE);
}

static inline bool pte_swap(uint64_t *pte, uint64_t *old, uint64_t new)
{
    return __atomic_compare_exchange_n(pte, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/* Turns bits over, and touches no other: what the CPU sets meanwhile stays. */
static inline void pte_flip(uint64_t *pte, uint64_t bits)
{
    __atomic_fetch_xor(pte, bits, __ATOMIC_SEQ_CST);
}

static inline bool is_hole_slot(enum frame_use level, unsigned slot)
{
    return level == USE_L4 && slot >= HOLE_FIRST_SLOT && slot <= HOLE_LAST_SLOT;
}

/* How a level-1 entry is replaced: as given, keeping the A and D bits it has, or only if it is unchanged. */
enum pte_mode { PTE_PLAIN, PTE_KEEP_AD, PTE_EXACT };

/* Writes a level-1 entry of a validated table of d; what it maps must belong to `owner` (a domain id,
 * DOMID_IO, DOMID_XEN). `old` was read since the caller took d->mm_lock (PTE_EXACT: at any time). 0 or
 * -errno, and then nothing has changed; -EAGAIN: PTE_EXACT and the entry is not `old`. */
int l1_write(struct domain *d, domid_t owner, uint64_t *pte, uint64_t old, uint64_t new,
             enum pte_mode mode) must_check;

/* frame_of(pte_mfn(e)) where the frame's number is not wanted: one shift, of entry and mask, leads to the record. */
static inline struct frame *pte_frame(uint64_t e)
{
    const unsigned shift = PAGE_SHIFT - 4;

    _Static_assert(sizeof(struct frame) == 1 << 4, "shift");
    return (struct frame *)((uint64_t)FRAMES_VA + (e >> shift & PTE_ADDR >> shift));
}

/* l1_write() with PTE_KEEP_AD for domain `id` and its own frames, when the entry stays present and on its
 * frame: a protection change, which mprotect asks for page by page; *was is what the entry was. False: it is something
 * else, or something has to be considered; nothing has changed. */
static inline bool l1_reprotect(domid_t id, uint64_t *pte, uint64_t new, uint64_t *was)
{
    if (unlikely((new & (PTE_P | PTE_CACHE)) != PTE_P)) /* RAM has no cache bits [entry.cached] */
        return false;
    uint64_t old = pte_read(pte), flips = old ^ new;
    *was = old;
    if (unlikely(flips & (PTE_P | PTE_US | PTE_ADDR | PTE_CACHE | PTE_A | PTE_D)))
        return false;
    if (unlikely(!(flips & PTE_RW))) {
        pte_flip(pte, flips);
        return true;
    }
    struct frame *f = pte_frame(old);
    if (unlikely(frame_owner(f) != id))
        return false;
    if (new & PTE_RW) {
        if (unlikely(!writable_get_more(f)))
            return false;
        pte_flip(pte, flips);
    } else {
        pte_flip(pte, flips);
        writable_put(f);
    }
    return true;
}

/* The two halves, for whole tables: take what entry *e needs, correcting its flags; give it back. Inline for
 * RAM; the others for device memory, refusals and foreign frames. */
int l1_get_other(struct domain *d, domid_t owner, uint64_t *e) must_check;
void l1_put_other(struct domain *d, uint64_t e);

/* Both guest modes run in ring 3, so all guest mappings are user ones; bit 52 remembers. */
static inline uint64_t l1_adjust(uint64_t e)
{
    return e & PTE_US ? e : e | PTE_US | PTE_GUEST_KERNEL;
}

static inline int must_check l1_get(struct domain *d, domid_t owner, uint64_t *e)
{
    struct frame *f = frame_of(pte_mfn(*e));

    *e = l1_adjust(*e);
    if (unlikely(!frame_exists(pte_mfn(*e)) || !frame_get(f, owner)))
        return l1_get_other(d, owner, e);
    *e &= ~PTE_CACHE; /* [entry.cached] */
    if (!(*e & PTE_RW))
        return 0;
    int rc = writable_get(f, owner == d->id ? d : NULL);
    if (unlikely(rc))
        frame_put(f);
    return rc;
}

static inline void l1_put(struct domain *d, uint64_t e)
{
    struct frame *f = frame_of(pte_mfn(e));

    if (unlikely(!frame_exists(pte_mfn(e)) || frame_owner(f) != d->id)) {
        l1_put_other(d, e);
        return;
    }
    if (e & PTE_RW)
        writable_put(f);
    frame_put(f);
}

/* Checks and corrects the flags of an entry of level 2, 3, 4. 0 or -EINVAL. */
int upper_check(enum frame_use level, uint64_t *e) must_check;

#endif
