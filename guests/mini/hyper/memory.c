/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page-table updates by every road, trees of tables pinned, base pointers switched, grants. Updates
 * alternate between setting and clearing the entries, so that each one takes or drops a reference.
 */
#include "hyper.h"

#include <xen/grant_table.h>

enum { ENTRIES = 512, GRANT_REF = 20, LEAVES_MAX = 16 };

u64 *data_page;
static struct mmu_update requests[TEST_ENTRIES];

void memory_prepare(void)
{
    data_page = page_alloc();
    must(!user_init(), "no user space");
    for (u64 at = 0; at < TEST_ENTRIES; at++) {
        u64 va = TEST_VA + at * PAGE_SIZE;

        must(!map_build(va), "no page tables");
        requests[at].ptr = pte_maddr(va, 1);
    }
}

static u64 data_entry(bool present)
{
    return present ? pte_make(va_mfn(data_page), PTE_DATA) : 0;
}

static void requests_fill(unsigned int n, u64 entry)
{
    for (unsigned int i = 0; i < n; i++)
        requests[i].val = entry;
}

/* Every other call clears; an even number of calls leaves all clear. Filling is not timed. */
static u64 update(unsigned int calls, unsigned int batch)
{
    u64 took = 0;

    for (unsigned int call = 0; call < calls; call++) {
        requests_fill(batch, data_entry(call % 2 == 0));
        u64 start = tsc_read();
        long rc = hyp_mmu_update(requests, batch, 0, DOMID_SELF);

        took += tsc_read() - start;
        must(!rc, "mmu_update was refused");
    }
    return took / batch;
}

#define UPDATE(batch)                                                                              \
    u64 bench_mmu_update_##batch(unsigned int iterations)                                          \
    {                                                                                              \
        return update(iterations, batch);                                                          \
    }

UPDATE(1)
UPDATE(8)
UPDATE(32)
UPDATE(128)
UPDATE(512)
UPDATE(2048)

u64 bench_update_va_mapping(unsigned int iterations)
{
    u64 entry[2] = {data_entry(true), data_entry(false)}, start = tsc_read();
    long rc = 0;

    for (unsigned int i = 0; i < iterations; i++)
        rc |= hyp_update_va_mapping(TEST_VA, entry[i % 2], UVMF_INVLPG);
    must(!rc, "update_va_mapping was refused");
    return tsc_read() - start;
}

u64 bench_live_write(unsigned int iterations)
{
    volatile u64 *slot = pte_of(TEST_VA, 1);
    u64 entry[2] = {data_entry(true), data_entry(false)}, start, took;

    hyp_vm_assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables);
    start = tsc_read();
    for (unsigned int i = 0; i < iterations; i++)
        *slot = entry[i % 2];
    took = tsc_read() - start;
    must(!(*slot & PTE_P), "the last store was lost");
    return took;
}

/* A table, read-only as it must be to become one, whose first n entries are given. */
static u64 *table_make(const u64 *entries, unsigned int n)
{
    u64 *table = page_alloc();

    must(table, "out of pages");
    memcpy(table, entries, n * sizeof *entries);
    must(!page_set_ro(table), "a table could not be made read-only");
    return table;
}

static u64 *leaf_make(void)
{
    static u64 entries[ENTRIES];

    for (unsigned int i = 0; i < ENTRIES; i++)
        entries[i] = data_entry(true);
    return table_make(entries, ENTRIES);
}

static u64 table_entry(const u64 *table)
{
    return pte_make(va_mfn(table), PTE_TABLE);
}

/* L4, L3, L2 and so many full L1 tables; the L4. */
static u64 *tree_make(unsigned int leaves)
{
    u64 entry[LEAVES_MAX];

    for (unsigned int i = 0; i < leaves; i++)
        entry[i] = table_entry(leaf_make());
    entry[0] = table_entry(table_make(entry, leaves));
    entry[0] = table_entry(table_make(entry, 1));
    return table_make(entry, 1);
}

static u64 pin_and_unpin(unsigned int iterations, unsigned int pin, const u64 *table)
{
    long rc = 0;
    u64 mfn = va_mfn(table), start = tsc_read(), took;

    for (unsigned int i = 0; i < iterations; i++) {
        rc |= mmuext(pin, mfn, 0);
        rc |= mmuext(MMUEXT_UNPIN_TABLE, mfn, 0);
    }
    took = tsc_read() - start;
    must(!rc, "a tree was refused");
    return took;
}

u64 bench_pin_l1(unsigned int iterations)
{
    static u64 *leaf;

    leaf = leaf ? leaf : leaf_make();
    return pin_and_unpin(iterations, MMUEXT_PIN_L1_TABLE, leaf);
}

u64 bench_pin_4(unsigned int iterations)
{
    static u64 *top;

    top = top ? top : tree_make(1);
    return pin_and_unpin(iterations, MMUEXT_PIN_L4_TABLE, top);
}

u64 bench_pin_19(unsigned int iterations)
{
    static u64 *top;

    top = top ? top : tree_make(LEAVES_MAX);
    return pin_and_unpin(iterations, MMUEXT_PIN_L4_TABLE, top);
}

/* A second L4 with the guest's part of the first: what a context switch goes to. */
static u64 *base_copy(const u64 *from)
{
    static u64 entries[ENTRIES];
    u64 *copy;

    memcpy(entries, from, sizeof entries);
    memset(&entries[256], 0, 16 * sizeof *entries);
    copy = table_make(entries, ENTRIES);
    must(!mmuext(MMUEXT_PIN_L4_TABLE, va_mfn(copy), 0), "a second L4 was refused");
    return copy;
}

static long base_switch(u64 kernel, u64 user)
{
    struct mmuext_op op[2] = {{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = kernel},
                              {.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = user}};

    return hyp_stack_switch(FLAT_KERNEL_SS, trap_stack_top) | hyp_mmuext_op(op, 2, 0, DOMID_SELF);
}

u64 bench_switch_base(unsigned int iterations)
{
    static u64 kernel[2], user[2];
    long rc = 0;
    u64 start, took;

    if (!kernel[0]) {
        kernel[0] = va_mfn((void *)start_info->pt_base);
        kernel[1] = va_mfn(base_copy((u64 *)start_info->pt_base));
        user[0] = va_mfn(user_l4);
        user[1] = va_mfn(base_copy(user_l4));
    }
    start = tsc_read();
    for (unsigned int i = 1; i <= iterations; i++)
        rc |= base_switch(kernel[i % 2], user[i % 2]);
    took = tsc_read() - start;
    must(!rc, "a switch was refused");
    return took;
}

static void grant_prepare(void)
{
    static u8 table_page[PAGE_SIZE] __attribute__((aligned(4096)));
    grant_entry_v1_t *table = (grant_entry_v1_t *)table_page;
    u64 frame = 0;
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1};

    set_xen_guest_handle(setup.frame_list, &frame);
    must(!hyp_grant_table_op(GNTTABOP_setup_table, &setup, 1) && !setup.status &&
             !map_page((u64)table_page, pte_make(frame, PTE_DATA)),
         "no grant table");
    table[GRANT_REF].frame = (u32)va_mfn(data_page);
    table[GRANT_REF].domid = 0;
    __atomic_store_n(&table[GRANT_REF].flags, GTF_permit_access, __ATOMIC_SEQ_CST);
}

static void grant_ready(void)
{
    static bool is_ready;

    if (!is_ready)
        grant_prepare();
    is_ready = true;
}

u64 bench_grant_map(unsigned int iterations)
{
    u64 start;

    grant_ready();
    start = tsc_read();
    for (unsigned int i = 0; i < iterations; i++) {
        struct gnttab_map_grant_ref map = {
            .host_addr = TEST_VA, .flags = GNTMAP_host_map, .ref = GRANT_REF};
        struct gnttab_unmap_grant_ref unmap = {.host_addr = TEST_VA};

        hyp_grant_table_op(GNTTABOP_map_grant_ref, &map, 1);
        unmap.handle = map.handle;
        hyp_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1);
        must(map.status == GNTST_okay && unmap.status == GNTST_okay, "a grant was refused");
    }
    return tsc_read() - start;
}

u64 bench_grant_copy(unsigned int iterations)
{
    static u64 *to;
    struct gnttab_copy copy = {.source = {.u.ref = GRANT_REF, .domid = DOMID_SELF},
                               .len = 64,
                               .flags = GNTCOPY_source_gref};
    u64 start;

    grant_ready();
    to = to ? to : page_alloc();
    copy.dest.u.gmfn = va_mfn(to);
    copy.dest.domid = DOMID_SELF;
    start = tsc_read();
    for (unsigned int i = 0; i < iterations; i++) {
        hyp_grant_table_op(GNTTABOP_copy, &copy, 1);
        must(copy.status == GNTST_okay, "a copy was refused");
    }
    return tsc_read() - start;
}
