/* SPDX-License-Identifier: BSD-2-Clause */
/* Grant tables, version 1, with ourselves at both ends: set-up, copy, map, and the status codes. */
#include "abi.h"

#include <xen/grant_table.h>

static grant_entry_v1_t *table;
static u8 table_page[PAGE_SIZE] __attribute__((aligned(4096)));
static u64 *page;

#define REF 20

static void check_setup(void)
{
    u64 frame = 0;
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1, .status = 99};
    struct gnttab_query_size size = {.dom = DOMID_SELF, .status = 99};
    struct gnttab_get_version version = {.dom = DOMID_SELF};

    case_long("query-size", hyp_grant_table_op(GNTTABOP_query_size, &size, 1), 0);
    case_true("query-size-frames", size.status == GNTST_okay && size.max_nr_frames > 0, "none");
    case_long("get-version", hyp_grant_table_op(GNTTABOP_get_version, &version, 1), 0);
    case_long("version", (long)version.version, 1);
    set_xen_guest_handle(setup.frame_list, &frame);
    case_long("setup", hyp_grant_table_op(GNTTABOP_setup_table, &setup, 1), 0);
    case_long("setup-status", setup.status, GNTST_okay);
    case_long("setup-map", map_page((u64)table_page, pte_make(frame, PTE_DATA)), 0);
    table = (grant_entry_v1_t *)table_page;
    setup.nr_frames = 100000;
    hyp_grant_table_op(GNTTABOP_setup_table, &setup, 1);
    case_long("setup-too-many", setup.status, GNTST_general_error);
    setup.dom = 77;
    hyp_grant_table_op(GNTTABOP_setup_table, &setup, 1);
    case_long("setup-no-domain", setup.status, GNTST_bad_domain);
}

static void grant(u16 flags)
{
    table[REF].frame = (u32)va_mfn(page);
    table[REF].domid = 0;
    __atomic_store_n(&table[REF].flags, flags, __ATOMIC_SEQ_CST);
}

static int copy(u32 ref, u16 offset, u16 len, u16 dom)
{
    u64 *to = page_alloc();
    struct gnttab_copy c = {.source = {.u.ref = ref, .domid = dom, .offset = offset},
                            .dest = {.u.gmfn = va_mfn(to), .domid = DOMID_SELF},
                            .len = len,
                            .flags = GNTCOPY_source_gref,
                            .status = 99};
    bool same;

    hyp_grant_table_op(GNTTABOP_copy, &c, 1);
    same = to[0] == page[0];
    page_free(to);
    return c.status == GNTST_okay && !same ? 1000 : c.status;
}

static void check_copy(void)
{
    page[0] = 0xfeedface;
    grant(GTF_permit_access | GTF_readonly);
    case_long("copy", copy(REF, 0, 64, DOMID_SELF), GNTST_okay);
    case_long("copy-idle-after", table[REF].flags & (GTF_reading | GTF_writing), 0);
    case_long("copy-bad-ref", copy(1u << 20, 0, 64, DOMID_SELF), GNTST_bad_gntref);
    case_long("copy-unused-ref", copy(REF + 1, 0, 64, DOMID_SELF), GNTST_general_error);
    case_long("copy-too-long", copy(REF, 4000, 200, DOMID_SELF), GNTST_bad_copy_arg);
    case_long("copy-no-domain", copy(REF, 0, 64, 77), GNTST_bad_domain);
}

static struct gnttab_map_grant_ref map(u32 ref, u32 flags, u64 at, u16 dom)
{
    struct gnttab_map_grant_ref m = {
        .host_addr = at, .flags = flags, .ref = ref, .dom = dom, .status = 99};

    hyp_grant_table_op(GNTTABOP_map_grant_ref, &m, 1);
    return m;
}

static int unmap(u64 at, u32 handle)
{
    struct gnttab_unmap_grant_ref u = {.host_addr = at, .handle = handle, .status = 99};

    hyp_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1);
    return u.status;
}

static void check_map(void)
{
    struct gnttab_map_grant_ref m = map(REF, GNTMAP_host_map | GNTMAP_readonly, TEST_VA, 0);
    u64 entry = pte_maddr(TEST_VA, 1);

    case_long("map", m.status, GNTST_okay);
    if (m.status == GNTST_okay)
        case_hex("map-reads", *(volatile u64 *)TEST_VA, page[0]);
    case_hex("map-marks-reading", table[REF].flags & (GTF_reading | GTF_writing), GTF_reading);
    case_long("unmap-bad-handle", unmap(TEST_VA, 12345), GNTST_bad_handle);
    case_long("unmap", unmap(TEST_VA, m.handle), GNTST_okay);
    case_hex("unmap-clears-entry", *pte_of(TEST_VA, 1) & PTE_P, 0);
    case_long("unmap-idle-after", table[REF].flags & (GTF_reading | GTF_writing), 0);
    case_long("unmap-twice", unmap(TEST_VA, m.handle), GNTST_bad_handle);
    m = map(REF, GNTMAP_host_map | GNTMAP_readonly | GNTMAP_contains_pte, entry, 0);
    case_long("map-by-entry", m.status, GNTST_okay);
    case_long("unmap-by-entry", unmap(entry, m.handle), GNTST_okay);
    case_long("map-writable-of-readonly", map(REF, GNTMAP_host_map, TEST_VA, 0).status,
              GNTST_general_error);
    case_long("map-no-flags", map(REF, 0, TEST_VA, 0).status, GNTST_bad_gntref);
    case_long("map-bad-ref", map(1u << 20, GNTMAP_host_map, TEST_VA, 0).status, GNTST_bad_gntref);
    case_long("map-no-domain", map(REF, GNTMAP_host_map, TEST_VA, 77).status, GNTST_bad_domain);
    /* Xen's answer is the first; the second is what <xen/grant_table.h> has for the purpose. */
    case_either("map-hole", map(REF, GNTMAP_host_map | GNTMAP_readonly, HOLE_START, 0).status,
                GNTST_general_error, GNTST_bad_virt_addr);
}

static void check_refusals(void)
{
    static const struct call_row rows[] = {
        {"unknown", __HYPERVISOR_grant_table_op, 99, 0, 1, 0, -ENOSYS},
        {"bad-pointer", __HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, HOLE_POINTER, 1, 0,
         -EFAULT},
        {"setup-two", __HYPERVISOR_grant_table_op, GNTTABOP_setup_table, HOLE_POINTER, 2, 0,
         -EINVAL},
    };

    abi_calls(rows, ARRAY_SIZE(rows));
}

void abi_grant(void)
{
    page = page_alloc();
    check_setup();
    check_copy();
    check_map();
    check_refusals();
    table[REF].flags = 0;
    page_free(page);
}
