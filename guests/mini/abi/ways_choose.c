/* SPDX-License-Identifier: BSD-2-Clause */
/* What the random steps of ways.c are made of: numbers, page-table entries, addresses. */
#include "ways.h"

u64 any(u64 below)
{
    ways.random = ways.random * 6364136223846793005u + 1442695040888963407u;
    return (ways.random >> 33) % below;
}

u64 any_entry(void)
{
    static const u64 flags[] = {PTE_DATA,          PTE_RO,           PTE_DATA | PTE_NX,
                                PTE_RO | PTE_NX,   PTE_DATA | PTE_G, PTE_RO & ~PTE_US,
                                PTE_DATA | PTE_PCD, PTE_RO | PTE_AVL, PTE_DATA & ~PTE_A};
    u64 f = flags[any(ARRAY_SIZE(flags))];

    switch (any(12)) {
    case 0:
        return 0;
    case 1:
        return pte_make(ways.foreign, f);
    case 2:
        return pte_make(va_mfn(ways.slots), f);
    case 3:
        return any(2) ? 0xfffffffffffffff0 & ~PTE_P : 0x200;
    default:
        return pte_make(va_mfn(ways.pages[any(PAGES)]), f);
    }
}

/* Mostly an entry of the test's table; sometimes what no table is, or a table above. */
static u64 any_place(void)
{
    switch (any(12)) {
    case 0:
        return va_maddr(ways.pages[any(PAGES)]);
    case 1:
        return (ways.foreign << PAGE_SHIFT) + 8;
    case 2:
        return pte_maddr(VIRT_BASE, 1); /* and hands the entry's own value back, see any_request */
    default:
        return va_maddr(&ways.slots[any(SLOTS)]);
    }
}

struct mmu_update any_request(void)
{
    struct mmu_update r = {.ptr = any_place(), .val = any_entry()};

    if (r.ptr == pte_maddr(VIRT_BASE, 1))
        r.val = *pte_of(VIRT_BASE, 1);
    r.ptr |= any(2) * 2;
    return r;
}

u64 any_address(void)
{
    static const u64 odd[] = {UNMAPPED_POINTER, NON_CANONICAL, HOLE_POINTER, HOLE_START, 8};

    return any(3) ? TEST_VA + any(SLOTS) * PAGE_SIZE + any(500) * 8 : odd[any(ARRAY_SIZE(odd))];
}

u64 any_code(void)
{
    u64 va = any_address(), slot = (va - TEST_VA) / PAGE_SIZE;
    bool runs = slot < SLOTS && ways.slots[slot] & PTE_P && !(ways.slots[slot] & PTE_NX);

    return runs ? UNMAPPED_POINTER : va;
}
