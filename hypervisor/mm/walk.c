/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks of guest page tables by software. A walk without mm_lock may meet a table that is being taken
 * apart; it then reads something else, but only memory that exists.
 */
#include "mm/walk.h"

static inline bool is_guest_address(uint64_t va)
{
    return va < 1ull << 47 || va >= HOLE_END;
}

static inline bool is_entry(uint64_t va, unsigned level)
{
    unsigned slot = va >> (PAGE_SHIFT + 9 * (level - 1)) & 511;

    return TABLE_ENTRIES == 512 || (slot < TABLE_ENTRIES && !is_hole_slot(level, slot));
}

/* Of the table at this physical address. */
static inline uint64_t *entry_at(uint64_t table, uint64_t va, unsigned level)
{
    return (uint64_t *)direct_map(table) + (va >> (PAGE_SHIFT + 9 * (level - 1)) & 511);
}

uint64_t *walk_l1(mfn_t l4, uint64_t va)
{
    uint64_t table = l4.n << PAGE_SHIFT, end = frame_count << PAGE_SHIFT;

    if (unlikely(mfn_is_none(l4) || !is_guest_address(va)))
        return NULL;
#pragma GCC unroll 3
    for (unsigned level = 4; level > 1; level--) {
        if (!is_entry(va, level))
            return NULL;
        uint64_t e = pte_read(entry_at(table, va, level));

        table = e & PTE_ADDR;
        if (unlikely(!(e & PTE_P) || table >= end))
            return NULL;
    }
    return is_entry(va, 1) ? entry_at(table, va, 1) : NULL;
}

bool mm_translate(const struct vcpu *v, uint64_t va, uint64_t *entry)
{
    uint64_t *pte = walk_l1(v->kernel_l4, va);

    *entry = pte ? pte_read(pte) : 0;
    return *entry & PTE_P;
}

int mm_l1e_of(const struct vcpu *v, uint64_t va, mfn_t *table, unsigned *slot, uint64_t *entry)
{
    uint64_t *pte = walk_l1(v->kernel_l4, va);
    uint64_t e = pte ? pte_read(pte) : 0;
    mfn_t m = pte_mfn(e);

    if (!(e & PTE_P) || !frame_is_of(v->domain, m) || use_kind(frame_use(frame_of(m))) != USE_L1 ||
        !(frame_use(frame_of(m)) & COUNT_MASK))
        return -ENOENT;
    *table = m;
    *slot = va % PAGE_SIZE / 8;
    if (*slot >= TABLE_ENTRIES)
        return -ENOENT;
    *entry = pte_read((uint64_t *)frame_data(m) + *slot);
    return 0;
}
