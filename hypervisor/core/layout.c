/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan of a new domain: numbers only, nothing is touched. */
#include "core/layout.h"
#include "lib/errno.h"

#define PADDING  (512ul << 10)
#define BOUNDARY (4ul << 20)
#define L1_SHIFT 21
#define L2_SHIFT 30
#define L3_SHIFT 39

static uint64_t pages_of(uint64_t bytes)
{
    return ROUND_UP(bytes, PAGE_SIZE) >> PAGE_SHIFT;
}

uint64_t layout_tables(uint64_t va, uint64_t bytes, unsigned shift)
{
    return ((va + bytes - 1) >> shift) - (va >> shift) + 1;
}

static struct extent take(uint64_t *next, uint64_t count)
{
    struct extent e = {*next, count};

    *next += count;
    return e;
}

/* The mapped range holds the tables that map it: count, see what that makes it, count again. */
static void plan_tables(struct domain_layout *l, uint64_t *next)
{
    uint64_t first = *next, count = 0, bytes;

    do {
        *next = first;
        l->tables = take(next, count);
        l->stack = take(next, 1).first;
        bytes = ROUND_UP(l->virt_base + *next * PAGE_SIZE + PADDING, BOUNDARY) - l->virt_base;
        l->l1_tables = layout_tables(l->virt_base, bytes, L1_SHIFT);
        l->l2_tables = layout_tables(l->virt_base, bytes, L2_SHIFT);
        l->l3_tables = layout_tables(l->virt_base, bytes, L3_SHIFT);
        count = 1 + l->l3_tables + l->l2_tables + l->l1_tables;
    } while (count != l->tables.count);
    *next = l->mapped_pages = bytes >> PAGE_SHIFT;
}

int layout_plan(struct domain_layout *l, const struct payload *p, uint64_t initrd_bytes,
                uint64_t pages)
{
    bool p2m_apart = p->init_p2m != PAYLOAD_ABSENT;
    bool initrd_apart = p->mod_start_pfn && p->mod_start_pfn != PAYLOAD_ABSENT;
    uint64_t p2m_pages = pages_of(pages * sizeof(uint64_t)), next;

    *l = (struct domain_layout){.virt_base = p->virt_base, .pages = pages};
    next = pages_of(p->kernel_end - p->virt_base);
    if (!initrd_apart)
        l->initrd = take(&next, pages_of(initrd_bytes));
    if (!p2m_apart)
        l->p2m = take(&next, p2m_pages);
    l->p2m_va = p2m_apart ? p->init_p2m : l->virt_base + l->p2m.first * PAGE_SIZE;
    l->start_info = take(&next, 1).first;
    plan_tables(l, &next);
    if (initrd_apart)
        l->initrd = take(&next, pages_of(initrd_bytes));
    if (p2m_apart) {
        uint64_t bytes = p2m_pages * PAGE_SIZE;

        l->p2m = take(&next, p2m_pages);
        l->p2m_tables = take(&next, layout_tables(l->p2m_va, bytes, L1_SHIFT) +
                                        layout_tables(l->p2m_va, bytes, L2_SHIFT) +
                                        layout_tables(l->p2m_va, bytes, L3_SHIFT));
    }
    return next <= pages ? 0 : -ENOMEM;
}
