/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page-table mutations: the pool's pages become tables, are linked, pinned, mutated and freed in
 * an order no kernel would choose. Most moves are nearly legal, so that many succeed.
 */
#include "hostile.h"

static u64 *page(void)
{
    return pool_page[random_below(POOL_PAGES)];
}

static void count_mmu(long rc)
{
    calls_count(__HYPERVISOR_mmu_update, rc);
}

static long va_mapping(u64 va, u64 pte)
{
    long rc = hyp_update_va_mapping(va, pte, random_below(8) ? UVMF_INVLPG : random_below(8));

    calls_count(__HYPERVISOR_update_va_mapping, rc);
    return rc;
}

static void ext(unsigned int cmd, u64 mfn)
{
    calls_count(__HYPERVISOR_mmuext_op, mmuext(cmd, mfn, random_one_in(8) ? random_word() : 0));
}

static void make_read_only(void)
{
    u64 *p = page();

    va_mapping((u64)p, pte_make(va_mfn(p), PTE_RO));
}

static void make_writable(void)
{
    u64 *p = page();

    va_mapping((u64)p, pte_make(va_mfn(p), PTE_DATA));
}

/* The page's own address, with an entry that may name anything in the pool. */
static void remap(void)
{
    va_mapping((u64)page(), random_pte());
}

static void fill(void)
{
    u64 *p = page();
    unsigned int i, n = 1 + random_below(4);

    for (i = 0; i < n; i++)
        pool_write(&p[random_below(random_one_in(2) ? 4 : 512)], random_pte(), 0);
}

static void empty(void)
{
    u64 *p = page();

    for (unsigned int i = 0; i < 512; i++)
        if (p == NULL || !pool_write(&p[i], 0, 7))
            return;
}

static void pin(void)
{
    ext(MMUEXT_PIN_L1_TABLE + random_below(4), random_mfn());
}

static void unpin(void)
{
    ext(MMUEXT_UNPIN_TABLE, random_mfn());
}

static void link(void)
{
    u64 slot = random_one_in(2) ? random_below(4) : random_below(512);
    u64 ptr = random_mfn() << PAGE_SHIFT | slot * 8;

    if (random_one_in(8))
        ptr |= random_below(4);
    count_mmu(mmu_write(ptr, random_one_in(4) ? 0 : random_pte()));
}

static void batch(void)
{
    struct mmu_update reqs[8];
    u32 done, i, n = random_below(9);

    for (i = 0; i < n; i++) {
        reqs[i].ptr = random_mfn() << PAGE_SHIFT | random_below(8) * 8 | (random_below(16) == 0) * 2;
        reqs[i].val = random_pte();
    }
    count_mmu(hyp_mmu_update(reqs, n, random_one_in(2) ? &done : 0, DOMID_SELF));
}

static void live_write(void)
{
    pool_write(page() + random_below(random_one_in(2) ? 4 : 512),
               random_one_in(2) ? random_pte() : random_u64(), random_below(8));
}

static void user_base(void)
{
    ext(MMUEXT_NEW_USER_BASEPTR, random_one_in(4) ? 0 : random_mfn());
}

/* Ours for a moment: a copy of the kernel's L4, loaded and left again. */
static void base(void)
{
    const u64 *boot = (const u64 *)start_info->pt_base;
    u64 *p = page();
    u64 pte = *pte_of((u64)p, 1);

    if (!(pte & PTE_P) || (pte & PTE_MFN) >> PAGE_SHIFT != va_mfn(p))
        return;
    for (unsigned int i = 0; i < 512; i += i ? 511 : 1)
        pool_write(&p[i], boot[i], 0);
    pool_write(&p[511], boot[511], 0);
    if (p[511] != boot[511] || p[0] != boot[0])
        return;
    va_mapping((u64)p, pte_make(va_mfn(p), PTE_RO));
    ext(MMUEXT_NEW_BASEPTR, va_mfn(p));
    ext(MMUEXT_NEW_BASEPTR, va_mfn(boot));
}

static void descriptor(void)
{
    u64 frames[16], i, n = 1 + random_below(3);

    switch (random_below(4)) {
    case 0:
        for (i = 0; i < 16; i++)
            frames[i] = random_mfn();
        calls_count(__HYPERVISOR_set_gdt, hyp_set_gdt(frames, n * 512 - random_below(512)));
        break;
    case 1:
        calls_count(__HYPERVISOR_set_gdt, hyp_set_gdt(frames, 0));
        break;
    case 2:
        ext(MMUEXT_SET_LDT, 0);
        break;
    default:
        calls_count(__HYPERVISOR_update_descriptor,
                    hyp_update_descriptor(random_mfn() << PAGE_SHIFT | random_below(512) * 8,
                                          random_u64()));
        break;
    }
}

static void set_ldt(void)
{
    calls_count(__HYPERVISOR_mmuext_op, mmuext(MMUEXT_SET_LDT, (u64)page(), random_below(600)));
    asm volatile("mov %0, %%fs" ::"r"(0)); /* a selector of the old table must not stay */
}

static void load_selector(void *selector)
{
    asm volatile("mov %0, %%fs; mov %1, %%fs" ::"r"((u32)(u64)selector), "r"(0));
}

static void use_selector(void)
{
    trap_catch(load_selector, (void *)(random_u64() & (random_one_in(2) ? 0xffff : 0x7f)));
}

void mutate_step(void)
{
    static void (*const moves[])(void) = {
        make_read_only, make_read_only, make_read_only, make_writable, make_writable, remap,
        fill,           fill,           fill,           empty,         pin,           pin,
        pin,            unpin,          unpin,          unpin,         link,          link,
        link,           link,           batch,          live_write,    live_write,    live_write,
        user_base,      base,           descriptor,     set_ldt,       use_selector,
    };

    moves[random_below(ARRAY_SIZE(moves))]();
}
