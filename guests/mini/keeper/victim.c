/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A victim: a domain made as a toolstack makes one, whose memory is a copy of our own image at its own
 * addresses.
 *
 *   frames[0..3]   L4, L3, L2, L1
 *   frames[4]      descriptors
 *   frames[5..]    the image, then the pool
 */
#include "keeper.h"

#define INDEX(va, l) ((va) >> (PAGE_SHIFT + 9 * ((l) - 1)) & 511)

extern u8 arena_start[];

static u64 image_pages(void)
{
    return ((u64)arena_start - IMAGE_START) >> PAGE_SHIFT;
}

/* One page of the victim's becomes a copy of `from`. */
static long copy_page(const struct victim *of, u64 page, const void *from)
{
    static u8 window[PAGE_SIZE] __attribute__((aligned(4096)));
    long rc = map_foreign(window, of->frames[page], of->domain);

    if (rc)
        return rc;
    memcpy(window, from, PAGE_SIZE);
    return map_own(window);
}

static long copy_image(const struct victim *of)
{
    long rc = 0;

    for (u64 i = 0; i < image_pages() && !rc; i++)
        rc = copy_page(of, FIRST_IMAGE + i, (const u8 *)IMAGE_START + i * PAGE_SIZE);
    return rc;
}

/* Every page of the image at its address, the page behind the entry SPARE_PAGE at none. */
static long copy_tables(const struct victim *of)
{
    static u64 table[512] __attribute__((aligned(4096)));
    long rc = 0;

    for (int level = 4; level > 1 && !rc; level--) {
        memset(table, 0, sizeof(table));
        table[INDEX(IMAGE_START, level)] = pte_make(of->frames[4 - level + 1], PTE_TABLE);
        rc = copy_page(of, (u64)(4 - level), table);
    }
    memset(table, 0, sizeof(table));
    for (u64 i = 0; i < image_pages(); i++)
        table[INDEX(IMAGE_START, 1) + i] = pte_make(of->frames[FIRST_IMAGE + i], PTE_DATA);
    return rc ? rc : copy_page(of, 3, table);
}

static long start_vcpu(const struct victim *of, u32 vcpu)
{
    static vcpu_guest_context_t c;

    memset(&c, 0, sizeof(c));
    c.ctrlreg[3] = xen_pfn_to_cr3(of->frames[0]);
    c.gdt_frames[0] = of->frames[4];
    c.gdt_ents = 512;
    c.flags = VGCF_in_kernel | VGCF_online;
    c.user_regs.rip = (u64)restless;
    c.user_regs.rdi = vcpu;
    c.user_regs.rsp = (u64)restless_stack[vcpu + 1] - 8;
    c.user_regs.cs = FLAT_KERNEL_CS;
    c.user_regs.ss = FLAT_KERNEL_SS;
    return domain_vcpu(of->domain, vcpu, &c);
}

static void describe(const struct victim *of, u64 seed)
{
    restless_work.seed = seed;
    restless_work.pool = FIRST_IMAGE + image_pages();
    memcpy(restless_work.frames, of->frames, sizeof(of->frames));
}

/* Where our window shows that word, NULL if it cannot. */
static volatile u64 *window_on(const struct victim *of, const u64 *word, void *window)
{
    u64 at = (u64)word - IMAGE_START;

    if (map_foreign(window, of->frames[FIRST_IMAGE + at / PAGE_SIZE], of->domain))
        return NULL;
    return (volatile u64 *)((u8 *)window + at % PAGE_SIZE);
}

u64 victim_peek(const struct victim *of, const u64 *word)
{
    static u8 window[PAGE_SIZE] __attribute__((aligned(4096)));
    const volatile u64 *at = window_on(of, word, window);
    u64 value = at ? *at : 0;

    return map_own(window) ? 0 : value;
}

void victim_poke(const struct victim *of, const u64 *word, u64 value)
{
    static u8 window[PAGE_SIZE] __attribute__((aligned(4096)));
    volatile u64 *at = window_on(of, word, window);

    if (at)
        *at = value;
    map_own(window);
}

static long step(struct victim *of, unsigned int number, u64 seed)
{
    switch (number) {
    case 0:
        return domain_limit(of->domain, VICTIM_PAGES);
    case 1:
        return domain_populate(of->domain, of->frames, VICTIM_PAGES);
    case 2:
        describe(of, seed);
        return copy_image(of);
    case 3:
        return copy_tables(of);
    case 4:
        return domain_pin_l4(of->domain, of->frames[0]);
    case 5:
        return start_vcpu(of, 0) ? -1 : start_vcpu(of, 1);
    default:
        return domctl_do(XEN_DOMCTL_unpausedomain, of->domain);
    }
}

long victim_make(struct victim *of, unsigned int steps, u64 seed)
{
    long rc = 0;

    if (image_pages() + FIRST_IMAGE + 16 > VICTIM_PAGES)
        return -1;
    for (unsigned int i = 0; i < steps && !rc; i++)
        rc = step(of, i, seed);
    return rc;
}
