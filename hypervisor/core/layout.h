/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where everything of a new PV domain lies, in pages from its first.
 *
 *   virt_base ─► pfn 0   gap below the kernel, kernel
 *                        initrd            only when the kernel wants it mapped
 *                        p2m list          only when the kernel names no address for it
 *                        start_info        one page
 *                        page tables       of this range
 *                        boot stack        one page
 *                        padding           at least 512 KiB, up to a 4 MiB boundary
 *   mapped_end ────────► initrd            when it is handed over by number
 *                        p2m list and the tables that map it at init_p2m
 *                        the rest of the memory
 */
#ifndef CORE_LAYOUT_H
#define CORE_LAYOUT_H

#include "core/payload.h"
#include "lib/types.h"

struct extent { /* a range of pfns */
    uint64_t first, count;
};

struct domain_layout {
    uint64_t virt_base, p2m_va;
    uint64_t pages;                        /* all of the domain */
    struct extent initrd, p2m, p2m_tables; /* count 0: none */
    uint64_t start_info, stack;            /* pfn */
    struct extent tables;                  /* L4 first, then L3, L2, L1 */
    unsigned l3_tables, l2_tables, l1_tables;
    uint64_t mapped_pages;                 /* virt_base maps pfns 0 .. mapped_pages-1 */
};

/* Plans a domain of `pages` pages. 0, or -ENOMEM when it does not fit. */
int layout_plan(struct domain_layout *l, const struct payload *p, uint64_t initrd_bytes,
                uint64_t pages) must_check;

/* Tables of one level needed to map [va, va + bytes), each covering 1 << shift bytes. */
uint64_t layout_tables(uint64_t va, uint64_t bytes, unsigned shift);

#endif
