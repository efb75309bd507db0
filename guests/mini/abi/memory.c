/* SPDX-License-Identifier: BSD-2-Clause */
/* memory_op: sizes, maps, giving frames back and getting them, exchanging them. */
#include "abi.h"

#include <xen/memory.h>

/* A pfn with a frame behind it and no mapping. */
static u64 free_pfn(void)
{
    return start_info->nr_pages - 8;
}

static void check_sizes(void)
{
    domid_t self = DOMID_SELF, nobody = 77;
    struct xen_machphys_mapping mp = {0};

    case_true("maximum-ram-page", hyp_memory_op(XENMEM_maximum_ram_page, 0) > 0, "not positive");
    case_long("current-reservation", hyp_memory_op(XENMEM_current_reservation, &self),
              (long)start_info->nr_pages);
    case_true("maximum-reservation",
              hyp_memory_op(XENMEM_maximum_reservation, &self) >= (long)start_info->nr_pages,
              "less than the domain has");
    case_long("reservation-no-domain", hyp_memory_op(XENMEM_current_reservation, &nobody), -ESRCH);
    case_long("reservation-bad-pointer", hyp_memory_op(XENMEM_current_reservation, HOLE_POINTER),
              -EFAULT);
    case_long("machphys-mapping", hyp_memory_op(XENMEM_machphys_mapping, &mp), 0);
    case_hex("machphys-start", mp.v_start, HOLE_START);
    case_long("unknown", hyp_memory_op(63, 0), -ENOSYS);
}

static void check_maps(void)
{
    struct xen_memory_map map = {.nr_entries = 128};
    void *page = page_alloc();

    set_xen_guest_handle(map.buffer, page);
    case_long("machine-memory-map", hyp_memory_op(XENMEM_machine_memory_map, &map), 0);
    case_true("machine-memory-map-entries", map.nr_entries > 1 && map.nr_entries < 128,
              "unlikely number of entries");
    case_true("machine-memory-map-ram", ((u32 *)page)[4] == 1, "the first entry is not RAM");
    case_long("machine-memory-map-bad-pointer",
              hyp_memory_op(XENMEM_machine_memory_map, HOLE_POINTER), -EFAULT);
    page_free(page);
}

static long reservation(unsigned int cmd, u64 *list, u64 n, unsigned int order)
{
    struct xen_memory_reservation r = {.nr_extents = n, .extent_order = order, .domid = DOMID_SELF};

    set_xen_guest_handle(r.extent_start, list);
    return hyp_memory_op(cmd, &r);
}

static void check_give_and_get(void)
{
    u64 pfn = free_pfn(), extent = p2m[pfn];
    u64 *pages = page_alloc();
    u64 mapped = va_mfn(pages), foreign = abi_foreign_mfn();

    case_long("decrease", reservation(XENMEM_decrease_reservation, &extent, 1, 0), 1);
    extent = p2m[pfn];
    case_long("decrease-again", reservation(XENMEM_decrease_reservation, &extent, 1, 0), 0);
    extent = pfn;
    case_long("populate", reservation(XENMEM_populate_physmap, &extent, 1, 0), 1);
    case_long("populate-m2p", (long)m2p(extent), (long)pfn);
    p2m[pfn] = extent;
    extent = foreign;
    case_long("decrease-foreign", reservation(XENMEM_decrease_reservation, &extent, 1, 0), 0);
    extent = ~0ul;
    case_long("decrease-no-frame", reservation(XENMEM_decrease_reservation, &extent, 1, 0), 0);
    case_true("mapped-stays", m2p(mapped) == va_pfn(pages), "M2P of a mapped frame changed");
    case_long("populate-above-maximum-order", reservation(XENMEM_populate_physmap, &extent, 1, 40),
              0);
    page_free(pages);
}

static long exchange(u64 *in, u64 *out, u64 *done)
{
    struct xen_memory_exchange e = {.in = {.nr_extents = 1, .domid = DOMID_SELF},
                                    .out = {.nr_extents = 1, .domid = DOMID_SELF}};
    long rc;

    set_xen_guest_handle(e.in.extent_start, in);
    set_xen_guest_handle(e.out.extent_start, out);
    rc = hyp_memory_op(XENMEM_exchange, &e);
    *done = e.nr_exchanged;
    return rc;
}

static void check_exchange(void)
{
    u64 pfn = free_pfn() + 1, in = p2m[pfn], out = pfn, done;
    void *page = page_alloc();

    case_long("exchange", exchange(&in, &out, &done), 0);
    case_long("exchange-count", (long)done, 1);
    case_long("exchange-m2p", (long)m2p(out), (long)pfn);
    p2m[pfn] = out;
    in = va_mfn(page);
    out = va_pfn(page);
    case_true("exchange-mapped", exchange(&in, &out, &done) < 0, "not refused");
    case_long("exchange-mapped-count", (long)done, 0);
    page_free(page);
}

void abi_memory(void)
{
    check_sizes();
    check_maps();
    check_give_and_get();
    check_exchange();
}
