/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page-table mutations: the pool's pages become tables, are linked, pinned, mutated and freed in
 * an order no kernel would choose. Most moves are nearly legal, so that many succeed.
 */
#include "hostile.h"

u64 mutate_pinned[4], mutate_linked;

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
    long rc = mmuext(cmd, mfn, random_one_in(8) ? random_word() : 0);

    calls_count(__HYPERVISOR_mmuext_op, rc);
    if (cmd <= MMUEXT_PIN_L4_TABLE)
        mutate_pinned[cmd] += rc == 0;
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
    pool_clear(page());
}

/*
 * The legal half: trees grow and shrink. levels[] is what the guest believes of its pages; the
 * other moves make it wrong now and then, which is as well.
 */
static u8 levels[POOL_PAGES];

static u32 page_of_level(u8 level)
{
    u32 i = random_below(POOL_PAGES), tries;

    for (tries = 0; tries < POOL_PAGES && levels[i] != level; tries++)
        i = (i + 1) % POOL_PAGES;
    return i;
}

static void grow(void)
{
    u32 i = page_of_level(0);
    u8 level = (u8)(1 + random_below(4));
    u64 *p = pool_page[i];

    if (va_mapping((u64)p, pte_make(va_mfn(p), PTE_DATA)) || !pool_clear(p))
        return;
    va_mapping((u64)p, pte_make(va_mfn(p), PTE_RO));
    ext(MMUEXT_PIN_L1_TABLE + level - 1, va_mfn(p));
    levels[i] = level;
}

static void attach(void)
{
    u8 level = (u8)(1 + random_below(4));
    u64 table = va_maddr(pool_page[page_of_level(level)]);
    u64 child = va_mfn(pool_page[page_of_level(level - 1)]);
    u64 flags = level > 1 || random_one_in(2) ? PTE_TABLE : PTE_RO;
    long rc = mmu_write(table + random_below(4) * 8, pte_make(child, flags));

    count_mmu(rc);
    mutate_linked += !rc;
}

static void detach(void)
{
    u64 table = va_maddr(pool_page[page_of_level((u8)(1 + random_below(4)))]);

    count_mmu(mmu_write(table + random_below(4) * 8, 0));
}

static void shrink(void)
{
    u32 i = page_of_level((u8)(1 + random_below(4)));
    u64 *p = pool_page[i];

    ext(MMUEXT_UNPIN_TABLE, va_mfn(p));
    if (!va_mapping((u64)p, pte_make(va_mfn(p), PTE_DATA)))
        levels[i] = 0;
}

static void pin(void)
{
    ext(MMUEXT_PIN_L1_TABLE + random_below(4), random_mfn());
}

static void unpin(void)
{
    ext(MMUEXT_UNPIN_TABLE, random_mfn());
}

/* A pool page its own entry maps read-only: where an accepted update had a table to go to. */
static bool is_read_only(u64 mfn)
{
    unsigned int i;

    for (i = 0; i < POOL_PAGES; i++)
        if (va_mfn(pool_page[i]) == mfn)
            return !(*pte_of((u64)pool_page[i], 1) & PTE_RW);
    return false;
}

static void link(void)
{
    u64 slot = random_one_in(2) ? random_below(4) : random_below(512);
    u64 ptr = random_mfn() << PAGE_SHIFT | slot * 8;
    u64 value = random_one_in(4) ? 0 : random_pte();
    long rc;

    if (random_one_in(8))
        ptr |= random_below(4);
    rc = mmu_write(ptr, value);
    count_mmu(rc);
    mutate_linked += !rc && value & PTE_P && is_read_only(ptr >> PAGE_SHIFT);
}

static void batch(void)
{
    struct mmu_update reqs[8];
    u32 done, i, n = random_below(9);

    for (i = 0; i < n; i++) {
        reqs[i].ptr =
            random_mfn() << PAGE_SHIFT | random_below(8) * 8 | (random_below(16) == 0) * 2;
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

/* Loaded and left again by one call: another vCPU may have changed the table since, and we could not go on with it. */
static void load_and_leave(u64 table, u64 boot)
{
    struct mmuext_op op[2] = {{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = table}, {.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = boot}};

    calls_count(__HYPERVISOR_mmuext_op, hyp_mmuext_op(op, 2, 0, DOMID_SELF));
}

/* A copy of the kernel's L4: the low half, the p2m list, the kernel. */
static void base(void)
{
    static const u16 needed[] = {0, 1, 511};
    unsigned int i;
    const u64 *boot = (const u64 *)start_info->pt_base;
    u64 *p = page();
    u64 pte = *pte_of((u64)p, 1);

    if (!(pte & PTE_P) || (pte & PTE_MFN) >> PAGE_SHIFT != va_mfn(p))
        return;
    for (i = 0; i < ARRAY_SIZE(needed); i++) {
        pool_write(&p[needed[i]], boot[needed[i]], 0);
        if (!pool_holds(&p[needed[i]], boot[needed[i]]))
            return;
    }
    va_mapping((u64)p, pte_make(va_mfn(p), PTE_RO));
    load_and_leave(va_mfn(p), va_mfn(boot));
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
        make_read_only,
        make_read_only,
        make_read_only,
        make_writable,
        make_writable,
        remap,
        fill,
        fill,
        fill,
        empty,
        pin,
        pin,
        pin,
        unpin,
        unpin,
        unpin,
        link,
        link,
        grow,
        grow,
        grow,
        grow,
        attach,
        attach,
        attach,
        attach,
        attach,
        attach,
        detach,
        shrink,
        shrink,
        link,
        link,
        batch,
        live_write,
        live_write,
        live_write,
        user_base,
        base,
        descriptor,
        set_ldt,
        use_selector,
    };

    moves[random_below(ARRAY_SIZE(moves))]();
}

void mutate_bare(unsigned int vcpu)
{
    static void (*const moves[])(void) = {
        make_read_only, make_read_only, make_writable, remap,  pin,    unpin,  unpin,
        attach,         attach,         attach,        detach, shrink, link,   batch,
    };

    moves[random_below(ARRAY_SIZE(moves))]();
}
