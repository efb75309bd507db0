/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables. Every table the guest has lies in the builder's mapping at VIRT_BASE, so an entry
 * can be read at VIRT_BASE + (its frame's pfn) and written only by the hypervisor.
 *
 * [paging.mapped]   pfn n < mapped_pages is mapped at VIRT_BASE + n * 4096
 */
#include "hypercall.h"

u64 *p2m;
u64 mapped_pages;

extern u8 arena_start[], arena_end[];
static u8 *arena_next = arena_start;
static void *free_list;

u64 m2p(u64 mfn)
{
    return ((const u64 *)HOLE_START)[mfn];
}

void *mfn_va(u64 mfn)
{
    return (void *)(VIRT_BASE + (m2p(mfn) << PAGE_SHIFT));
}

u64 va_pfn(const void *va)
{
    return ((u64)va - VIRT_BASE) >> PAGE_SHIFT;
}

u64 va_mfn(const void *va)
{
    return p2m[va_pfn(va)];
}

u64 va_maddr(const void *va)
{
    return va_mfn(va) << PAGE_SHIFT | ((u64)va & (PAGE_SIZE - 1));
}

u64 *pte_of(u64 va, int level)
{
    u64 *table = (u64 *)start_info->pt_base;
    int l;

    for (l = 4;; l--) {
        u64 *entry = &table[va >> (PAGE_SHIFT + 9 * (l - 1)) & 511];

        if (l == level)
            return entry;
        if (!(*entry & PTE_P))
            return NULL;
        table = mfn_va((*entry & PTE_MFN) >> PAGE_SHIFT);
    }
}

u64 pte_maddr(u64 va, int level)
{
    u64 *entry = pte_of(va, level);

    return entry ? va_maddr(entry) : 0;
}

void paging_init(void)
{
    p2m = (u64 *)start_info->mfn_list;
    mapped_pages = va_pfn(arena_end);
    for (;; mapped_pages++) {
        const u64 *entry = pte_of(VIRT_BASE + (mapped_pages << PAGE_SHIFT), 1);

        if (!entry || !(*entry & PTE_P))
            return;
    }
}

void *page_alloc(void)
{
    void *page = free_list;

    if (page) {
        free_list = *(void **)page;
    } else {
        if (arena_next == arena_end)
            return NULL;
        page = arena_next;
        arena_next += PAGE_SIZE;
    }
    return memset(page, 0, PAGE_SIZE);
}

void page_free(void *page)
{
    *(void **)page = free_list;
    free_list = page;
}

long map_page(u64 va, u64 pte)
{
    return hyp_update_va_mapping(va, pte, UVMF_INVLPG | UVMF_ALL);
}

long page_set_ro(void *page)
{
    return map_page((u64)page, pte_make(va_mfn(page), PTE_RO));
}

long page_set_rw(void *page)
{
    return map_page((u64)page, pte_make(va_mfn(page), PTE_DATA));
}

long mmu_write(u64 ptr, u64 val)
{
    struct mmu_update req = {.ptr = ptr, .val = val};

    return hyp_mmu_update(&req, 1, 0, DOMID_SELF);
}

long mmuext(unsigned int cmd, u64 arg1, u64 arg2)
{
    struct mmuext_op op = {.cmd = cmd, .arg1.mfn = arg1};

    op.arg2.src_mfn = arg2;
    return hyp_mmuext_op(&op, 1, 0, DOMID_SELF);
}

long map_build(u64 va)
{
    int level;

    for (level = 4; level > 1; level--) {
        void *table;
        long rc;

        if (*pte_of(va, level) & PTE_P)
            continue;
        table = page_alloc();
        rc = page_set_ro(table);
        if (!rc)
            rc = mmu_write(pte_maddr(va, level), pte_make(va_mfn(table), PTE_TABLE));
        if (rc)
            return rc;
    }
    return 0;
}
