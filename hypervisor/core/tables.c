/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new domain's first page tables, written as plain data into its frames; the typing core
 * validates them afterwards like any guest's, when the L4 is pinned.
 *
 * Pages that serve as tables are mapped read-only.
 */
#include "core/tables.h"
#include "lib/string.h"
#include "mm/entry.h"
#include "mm/mm.h"

#define LEAF  (PTE_P | PTE_RW | PTE_US | PTE_A)
#define TABLE (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

struct builder {
    const mfn_t *p2m; /* pfn to mfn */
    uint64_t *l4;
    uint64_t next_table; /* pfn */
};

static uint64_t *page(const struct builder *b, uint64_t pfn)
{
    return frame_data(b->p2m[pfn]);
}

/* The table below an entry; a fresh one when the entry is empty. */
static uint64_t *below(struct builder *b, uint64_t *entry)
{
    if (!*entry) {
        mfn_t m = b->p2m[b->next_table++];

        memset(frame_data(m), 0, PAGE_SIZE);
        *entry = m.n << PAGE_SHIFT | TABLE;
    }
    return direct_map(*entry & PTE_ADDR);
}

static uint64_t *leaf_of(struct builder *b, uint64_t va)
{
    uint64_t *l3 = below(b, &b->l4[va >> 39 & 511]);
    uint64_t *l2 = below(b, &l3[va >> 30 & 511]);

    return &below(b, &l2[va >> 21 & 511])[va >> 12 & 511];
}

static bool holds(struct extent e, uint64_t pfn)
{
    return pfn - e.first < e.count;
}

static void map(struct builder *b, const struct domain_layout *l, uint64_t va, struct extent e)
{
    uint64_t *leaf = NULL;

    for (uint64_t i = 0; i < e.count; i++, va += PAGE_SIZE) {
        uint64_t pfn = e.first + i;
        bool is_table = holds(l->tables, pfn) || holds(l->p2m_tables, pfn);

        leaf = leaf && (va >> 12 & 511) ? leaf + 1 : leaf_of(b, va);
        *leaf = b->p2m[pfn].n << PAGE_SHIFT | (is_table ? LEAF & ~(uint64_t)PTE_RW : LEAF);
    }
}

mfn_t tables_build(const struct domain_layout *l, const mfn_t *p2m)
{
    struct builder b = {.p2m = p2m, .next_table = l->tables.first + 1};

    b.l4 = page(&b, l->tables.first);
    memset(b.l4, 0, PAGE_SIZE);
    map(&b, l, l->virt_base, (struct extent){0, l->mapped_pages});
    b.next_table = l->p2m_tables.first;
    if (l->p2m_tables.count)
        map(&b, l, l->p2m_va, l->p2m);
    return p2m[l->tables.first];
}
