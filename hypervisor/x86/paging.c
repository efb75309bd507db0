/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypervisor's own address space: sixteen L4 slots shared by every table that is ever loaded.
 *
 * The sixteen level-3 tables exist from boot, so a guest's L4 takes our slots by one copy of
 * sixteen entries and never has to be told of a later change below them. [layout.hole]
 *
 * [paging.wx] no page of ours is writable and executable, and the direct map is never executable
 */
#include "lib/bits.h"
#include "lib/bug.h"
#include "lib/lock.h"
#include "lib/string.h"
#include "x86/x86.h"

#define PTE_P      BIT_PTE(0)
#define PTE_RW     BIT_PTE(1)
#define PTE_US     BIT_PTE(2)
#define PTE_PWT    BIT_PTE(3)
#define PTE_PCD    BIT_PTE(4)
#define PTE_A      BIT_PTE(5)
#define PTE_D      BIT_PTE(6)
#define PTE_LARGE  BIT_PTE(7)
#define PTE_NX     BIT_PTE(63)
#define BIT_PTE(n) (1ull << (n))
#define PTE_ADDR   0x000ffffffffff000ull
#define PTE_TABLE  (PTE_P | PTE_RW | PTE_A | PTE_D)
#define LARGE      (2ul << 20)

extern uint64_t hv_l4[512], hv_l3[16][512];
extern const char image_start[], text_end[], rodata_end[], image_end[];

static mfn_t (*frame_source)(void);
static const uint64_t no_descriptors[512] __attribute__((aligned(4096)));
#define WINDOWS_MAX 8192
static struct lock tables_lock; /* tables of our own that are made */
static uint64_t mmio_next = MMIO_VA, windows_taken[WINDOWS_MAX / 64]; /* atomic */

void cr3_load(mfn_t l4)
{
    struct cpu *c = this_cpu();

    c->cr3 = l4.n << PAGE_SHIFT;
    c->flush_tlb = false;
    write_cr3(c->cr3);
}

static uint64_t *next_table(uint64_t *entry)
{
    if (unlikely(!(*entry & PTE_P))) {
        lock_take(&tables_lock);
        if (!(*entry & PTE_P))
            *entry = frame_source().n << PAGE_SHIFT | PTE_TABLE;
        lock_drop(&tables_lock);
    }
    BUG_ON(*entry & PTE_LARGE);
    return direct_map(*entry & PTE_ADDR);
}

static uint64_t *l2_entry(uint64_t va)
{
    uint64_t *l3 = hv_l3[(va >> 39 & 511) - HOLE_FIRST_SLOT];

    return next_table(&l3[va >> 30 & 511]) + (va >> 21 & 511);
}

static uint64_t *l1_entry(uint64_t va)
{
    return next_table(l2_entry(va)) + (va >> 12 & 511);
}

static void page_set(uint64_t va, uint64_t value)
{
    uint64_t *e = l1_entry(va);
    bool was_present = *e & PTE_P;

    *e = value;
    if (was_present)
        invlpg(va);
}

void paging_map(uint64_t va, mfn_t m, bool writable)
{
    page_set(va, mfn_is_none(m) ? 0
                                : m.n << PAGE_SHIFT | PTE_P | PTE_A | PTE_D | PTE_NX |
                                      (writable ? PTE_RW : 0));
}

void paging_map_large(uint64_t va, uint64_t phys, uint64_t bytes, bool guest_reads)
{
    uint64_t rights = guest_reads ? PTE_US : PTE_RW;

    BUG_ON(va % LARGE || phys % LARGE);
    for (uint64_t at = 0; at < bytes; at += LARGE) {
        uint64_t *l3 = &hv_l3[(va >> 39 & 511) - HOLE_FIRST_SLOT][(va + at) >> 30 & 511];

        next_table(l3);
        if (guest_reads)
            *l3 |= PTE_US;
        *l2_entry(va + at) = (phys + at) | PTE_P | PTE_A | PTE_D | PTE_LARGE | PTE_NX | rights;
    }
    if (guest_reads)
        hv_l4[va >> 39 & 511] |= PTE_US;
}

/* The image was mapped by 2 MiB pages for booting; give every 4 KiB page the rights of its section.
 */
static void image_protect(void)
{
    for (uint64_t va = (uint64_t)image_start; va < (uint64_t)image_end; va += LARGE) {
        uint64_t *l2 = l2_entry(va), *l1;

        if (!(*l2 & PTE_LARGE))
            continue;
        mfn_t table = frame_source();
        l1 = frame_data(table);
        for (unsigned i = 0; i < 512; i++) {
            uint64_t page = ROUND_DOWN(va, LARGE) + i * PAGE_SIZE;
            uint64_t entry = (page - IMAGE_VA) | PTE_P | PTE_A | PTE_D;

            if (page < (uint64_t)image_start || page >= (uint64_t)image_end)
                continue;
            if (page >= (uint64_t)rodata_end)
                entry |= PTE_RW | PTE_NX;
            else if (page >= (uint64_t)text_end)
                entry |= PTE_NX;
            l1[i] = entry;
        }
        *l2 = table.n << PAGE_SHIFT | PTE_TABLE;
    }
}

/* Everything but the image itself leaves the image's slot: boot.S mapped 4 GiB there. */
static void image_slot_trim(void)
{
    uint64_t *l3 = hv_l3[(IMAGE_VA >> 39 & 511) - HOLE_FIRST_SLOT];
    uint64_t first = IMAGE_VA + IMAGE_PHYS;
    mfn_t fresh = frame_source();
    uint64_t *old = direct_map(l3[0] & PTE_ADDR), *l2 = frame_data(fresh);

    for (unsigned i = 0; i < 512; i++)
        if (i >= (first >> 21 & 511) && i <= (((uint64_t)image_end - 1) >> 21 & 511))
            l2[i] = old[i];
    BUG_ON((uint64_t)image_end - IMAGE_VA > 1ul << 30);
    l3[0] = fresh.n << PAGE_SHIFT | PTE_TABLE;
    for (unsigned i = 1; i < 512; i++)
        l3[i] = 0;
}

void paging_init(uint64_t max_phys, mfn_t (*alloc)(void))
{
    frame_source = alloc;
    image_slot_trim();
    image_protect();
    for (uint64_t phys = 0; phys < ROUND_UP(max_phys, LARGE) || phys < (4ul << 30); phys += LARGE)
        *l2_entry(DIRECT_VA + phys) = phys | PTE_P | PTE_A | PTE_D | PTE_RW | PTE_LARGE | PTE_NX;
    write_cr3(read_cr3());
}

static mfn_t image_frame(const void *p)
{
    return MFN(((uint64_t)p - IMAGE_VA) >> PAGE_SHIFT);
}

void paging_load_own(void)
{
    cr3_load(image_frame(hv_l4));
}

void paging_drop_boot_map(void)
{
    hv_l4[0] = 0;
    paging_load_own();
}

void paging_start_map(bool on)
{
    static uint64_t l3[512] __attribute__((aligned(4096))), l2[512] __attribute__((aligned(4096)));

    l2[IMAGE_PHYS / LARGE] = IMAGE_PHYS | PTE_P | PTE_LARGE;
    l3[0] = image_frame(l2).n << PAGE_SHIFT | PTE_TABLE;
    hv_l4[0] = on ? image_frame(l3).n << PAGE_SHIFT | PTE_TABLE : 0;
}

void *mmio_map(uint64_t phys, size_t bytes)
{
    uint64_t offset = phys % PAGE_SIZE, va = mmio_next;

    for (uint64_t at = 0; at < offset + bytes; at += PAGE_SIZE, mmio_next += PAGE_SIZE)
        page_set(va + at, ((phys + at) & PAGE_MASK) | PTE_P | PTE_RW | PTE_A | PTE_D | PTE_PWT |
                              PTE_PCD | PTE_NX);
    return (void *)(va + offset);
}

void paging_fill_l4(uint64_t *l4)
{
    memcpy(l4 + HOLE_FIRST_SLOT, hv_l4 + HOLE_FIRST_SLOT, 16 * sizeof(*l4));
}

bool paging_show_m2p(uint64_t *l4, bool show)
{
    uint64_t *entry = l4 + (M2P_VA >> 39 & 511), old = *entry;

    *entry = show ? old | PTE_US : old & ~PTE_US;
    return *entry != old;
}

/* The lowest one that is free, so that the page tables of windows that were are used again. */
uint64_t window_create(void)
{
    unsigned n = 0;

    while (n < WINDOWS_MAX && bit_test_set(windows_taken, n))
        n++;
    BUG_ON(n == WINDOWS_MAX); /* more than vCPUs and CPUs there can be */
    for (unsigned page = 0; page < GDT_WINDOW_PAGES; page++)
        window_set(WINDOWS_VA + n * WINDOW_BYTES, page, MFN_NONE);
    return WINDOWS_VA + n * WINDOW_BYTES;
}

void window_destroy(uint64_t window)
{
    for (unsigned page = 0; page < WINDOW_BYTES / PAGE_SIZE; page++)
        paging_map(window + page * PAGE_SIZE, MFN_NONE, false);
    bit_test_clear(windows_taken, (window - WINDOWS_VA) / WINDOW_BYTES);
}

/* Behind the guest's last descriptor page there are empty descriptors, not a hole: a selector of none is
 * a general protection fault then, as the GDT's limit would have it, in guest code and at our IRETQ. */
void window_set(uint64_t window, unsigned page, mfn_t m)
{
    bool is_filler = page < GDT_WINDOW_PAGES && mfn_is_none(m);

    BUG_ON(page >= WINDOW_BYTES / PAGE_SIZE);
    if (is_filler)
        m = image_frame(no_descriptors);
    /* Writable: the CPU sets the accessed bit of descriptors. Guests cannot reach it, US is clear. */
    paging_map(window + page * PAGE_SIZE, m, !is_filler);
}
