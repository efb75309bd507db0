/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmu_update and update_va_mapping: which entries each level takes, and that no flag and no owner
 * slips through: [type.one] a frame is never writable and a page table at once, XSA-148 (PSE by the
 * fast path), XSA-182 (RW by the fast path).
 */
#include "abi.h"

#include <xen/memory.h>

static u64 *data; /* an ordinary page */
static u64 entry; /* machine address of TEST_VA's L1 entry */

static u64 l1_value(void)
{
    return *pte_of(TEST_VA, 1);
}

static void check_map(void)
{
    u64 pte;

    data[0] = 0x1122334455667788;
    case_long("l1-map", mmu_write(entry, pte_make(va_mfn(data), PTE_DATA)), 0);
    case_hex("l1-map-reads", *(volatile u64 *)TEST_VA, data[0]);
    case_long("l1-kernel-page", mmu_write(entry, pte_make(va_mfn(data), PTE_DATA & ~PTE_US)), 0);
    pte = l1_value();
    case_true("l1-kernel-page-user-bit", pte & PTE_US, "US is not set in the stored entry");
    case_true("l1-kernel-page-mark", pte & 1ul << 52, "bit 52 is not set in the stored entry");
    case_long("l1-no-execute", mmu_write(entry, pte_make(va_mfn(data), PTE_DATA | PTE_NX)), 0);
    case_long("l1-available-bits", mmu_write(entry, pte_make(va_mfn(data), PTE_RO | PTE_AVL)), 0);
    case_long("l1-pat-by-dom0", mmu_write(entry, pte_make(va_mfn(data), PTE_RO | PTE_PSE)), 0);
    case_long("l1-not-present", mmu_write(entry, 0xfffffffffffffff0 & ~PTE_P), 0);
    case_long("l1-clear", mmu_write(entry, 0), 0);
    case_hex("l1-cleared", l1_value(), 0);
}

static void check_l1_owner(void)
{
    u64 foreign = abi_foreign_mfn();
    void *table = (void *)((u64)pte_of(TEST_VA, 1) & ~(PAGE_SIZE - 1));

    case_either("l1-foreign", mmu_write(entry, pte_make(foreign, PTE_DATA)), -EINVAL, -EBUSY);
    case_either("l1-foreign-read-only", mmu_write(entry, pte_make(foreign, PTE_RO)), -EINVAL,
                -EBUSY);
    case_either("l1-beyond-memory", mmu_write(entry, pte_make(0xfffffffffful, PTE_DATA)), -EINVAL,
                -EPERM);
    case_either("l1-writable-table", mmu_write(entry, pte_make(va_mfn(table), PTE_DATA)), -EINVAL,
                -EBUSY);
    case_hex("l1-refused-unchanged", l1_value(), 0);
    case_long("l1-read-only-table", mmu_write(entry, pte_make(va_mfn(table), PTE_RO)), 0);
    case_either("l1-table-becomes-writable", mmu_write(entry, pte_make(va_mfn(table), PTE_DATA)),
                -EINVAL, -EBUSY);
    case_true("l1-table-still-read-only", !(l1_value() & PTE_RW), "the entry is writable");
    mmu_write(entry, 0);
}

/* A frame the hypervisor shows to everybody at an address of its own is still not the guest's. */
static void check_l1_machphys(void)
{
    struct xen_machphys_mfn_list list = {.max_extents = 1};
    xen_pfn_t mfn = 0;

    set_xen_guest_handle(list.extent_start, &mfn);
    case_long("machphys-list", hyp_memory_op(XENMEM_machphys_mfn_list, &list), 0);
    case_either("l1-machphys-read-only", mmu_write(entry, pte_make(mfn, PTE_RO)), -EINVAL, -EBUSY);
    case_either("l1-machphys", mmu_write(entry, pte_make(mfn, PTE_DATA)), -EINVAL, -EBUSY);
    mmu_write(entry, 0);
}

static u64 l2_flags(u64 flags)
{
    u64 now = *pte_of(TEST_VA, 2);

    return (now & PTE_MFN) | flags;
}

static void check_l2_flags(void)
{
    u64 l2 = pte_maddr(TEST_VA, 2);

    case_long("l2-same", mmu_write(l2, l2_flags(PTE_TABLE)), 0);
    case_long("l2-pse-same-frame", mmu_write(l2, l2_flags(PTE_TABLE | PTE_PSE)), -EINVAL);
    case_long("l2-pwt", mmu_write(l2, l2_flags(PTE_TABLE | PTE_PWT)), -EINVAL);
    case_long("l2-pcd", mmu_write(l2, l2_flags(PTE_TABLE | PTE_PCD)), -EINVAL);
    case_long("l2-global", mmu_write(l2, l2_flags(PTE_TABLE | PTE_G)), -EINVAL);
    case_long("l2-available-bits", mmu_write(l2, l2_flags(PTE_TABLE | PTE_AVL)), 0);
    case_long("l2-read-only", mmu_write(l2, l2_flags(PTE_TABLE & ~PTE_RW)), 0);
    case_long("l2-writable-again", mmu_write(l2, l2_flags(PTE_TABLE)), 0);
    case_long("l2-pse-data", mmu_write(l2 + 8, pte_make(va_mfn(data) & ~511ul, PTE_DATA | PTE_PSE)),
              -EINVAL);
    case_long(
        "l3-pse",
        mmu_write(pte_maddr(TEST_VA, 3), (*pte_of(TEST_VA, 3) & PTE_MFN) | PTE_TABLE | PTE_PSE),
        -EINVAL);
    case_long(
        "l4-pse",
        mmu_write(pte_maddr(TEST_VA, 4), (*pte_of(TEST_VA, 4) & PTE_MFN) | PTE_TABLE | PTE_PSE),
        -EINVAL);
}

static void check_link(void)
{
    u64 next = pte_maddr(TEST_VA, 2) + 8; /* the L2 entry behind */
    u64 *table = page_alloc();
    u64 value = pte_make(va_mfn(table), PTE_TABLE);

    case_either("l2-writable-page", mmu_write(next, value), -EINVAL, -EBUSY);
    table[0] = pte_make(abi_foreign_mfn(), PTE_DATA);
    page_set_ro(table);
    case_either("l2-bad-table", mmu_write(next, value), -EINVAL, -EBUSY);
    case_long("l2-bad-table-returns", page_set_rw(table), 0);
    table[0] = value;
    page_set_ro(table);
    case_either("l2-table-maps-itself-writable", mmu_write(next, value), -EINVAL, -EBUSY);
    page_set_rw(table);
    table[0] = pte_make(va_mfn(data), PTE_DATA);
    page_set_ro(table);
    case_long("l2-link", mmu_write(next, value), 0);
    case_hex("l2-link-reads", *(volatile u64 *)(TEST_VA + (2ul << 20)), data[0]);
    case_either("l2-linked-writable", page_set_rw(table), -EINVAL, -EBUSY);
    case_either("l2-two-levels", mmu_write(pte_maddr(TEST_VA, 3) + 8, value), -EINVAL, -EBUSY);
    case_long("l2-unlink", mmu_write(next, 0), 0);
    case_long("l2-unlinked-writable", page_set_rw(table), 0);
    page_free(table);
}

/* A table that points to a table of its own level: Vantage refuses, Xen may allow it. */
static void check_linear(void)
{
    u64 *l2 = (u64 *)((u64)pte_of(TEST_VA, 2) & ~(PAGE_SIZE - 1));
    u64 slot = va_maddr(l2) + 511 * 8;
    u64 l4_slot = va_maddr((void *)start_info->pt_base) + 100 * 8;

    case_either("linear-l2", mmu_write(slot, pte_make(va_mfn(l2), PTE_RO)), 0, -EINVAL);
    mmu_write(slot, 0);
    case_either("linear-l4",
                mmu_write(l4_slot, pte_make(va_mfn((void *)start_info->pt_base), PTE_RO)), 0,
                -EINVAL);
    mmu_write(l4_slot, 0);
    case_long("linear-writable", mmu_write(slot, pte_make(va_mfn(l2), PTE_TABLE)), -EINVAL);
}

static void check_l4(void)
{
    u64 l4 = va_maddr((void *)start_info->pt_base);

    case_long("l4-hole-first", mmu_write(l4 + 256 * 8, 0), -EINVAL);
    case_long("l4-hole-last", mmu_write(l4 + 271 * 8, 0), -EINVAL);
    case_long("l4-behind-hole", mmu_write(l4 + 272 * 8, 0), 0);
    case_either("l4-data-page", mmu_write(l4 + 272 * 8, pte_make(va_mfn(data), PTE_TABLE)), -EINVAL,
                -EBUSY);
}

static void check_preserve(void)
{
    u64 bare = pte_make(va_mfn(data), PTE_P | PTE_RW | PTE_US);

    mmu_write(entry, bare);
    *(volatile u64 *)TEST_VA = 5;
    case_long("preserve-ad", mmu_write(entry | MMU_PT_UPDATE_PRESERVE_AD, bare), 0);
    case_hex("preserve-ad-kept", l1_value() & (PTE_A | PTE_D), PTE_A | PTE_D);
    case_long("normal-drops-ad", mmu_write(entry, bare), 0);
    case_hex("normal-dropped-ad", l1_value() & (PTE_A | PTE_D), 0);
    case_long("no-translate", mmu_write(entry | MMU_PT_UPDATE_NO_TRANSLATE, 0), 0);
    for (u64 op = 4; op < 8; op++)
        if (mmu_write(entry | op, 0) != -ENOSYS) {
            case_fail("unknown-op", "op %lu: not -ENOSYS", op);
            return;
        }
    case_ok("unknown-op");
}

static void check_machphys(void)
{
    u64 mfn = va_mfn(data);
    u64 ptr = mfn << PAGE_SHIFT | MMU_MACHPHYS_UPDATE;

    case_long("machphys", mmu_write(ptr, 0x12345), 0);
    case_hex("machphys-stored", m2p(mfn), 0x12345);
    case_long("machphys-back", mmu_write(ptr, va_pfn(data)), 0);
    case_true("machphys-foreign",
              mmu_write(abi_foreign_mfn() << PAGE_SHIFT | MMU_MACHPHYS_UPDATE, 1) < 0,
              "not refused");
    case_true("machphys-no-frame", mmu_write(1ul << 50 | MMU_MACHPHYS_UPDATE, 1) < 0,
              "not refused");
}

static void check_plain_page(void)
{
    case_long("plain-page", mmu_write(va_maddr(data + 3), 0xabcdef), 0);
    case_hex("plain-page-written", data[3], 0xabcdef);
    case_true("table-foreign", mmu_write(abi_foreign_mfn() << PAGE_SHIFT, 0) < 0, "not refused");
    case_true("table-no-frame", mmu_write(1ul << 50, 0) < 0, "not refused");
}

static void check_batch(void)
{
    struct mmu_update batch[3] = {
        {entry, pte_make(va_mfn(data), PTE_RO)}, {1ul << 50, 0}, {entry, 0}};
    u32 done = 99;

    case_true("batch-fails", hyp_mmu_update(batch, 3, &done, DOMID_SELF) < 0, "not refused");
    case_long("batch-done", done, 1);
    case_true("batch-first-stays", l1_value() & PTE_P, "the first update was undone");
    case_long("batch-count-0", hyp_mmu_update(batch, 0, &done, DOMID_SELF), 0);
    case_long("batch-bad-pointer", hyp_mmu_update(HOLE_POINTER, 1, 0, DOMID_SELF), -EFAULT);
    case_long("batch-unmapped-pointer", hyp_mmu_update(UNMAPPED_POINTER, 1, 0, DOMID_SELF),
              -EFAULT);
    case_long("batch-no-domain", hyp_mmu_update(batch, 1, 0, 77), -ESRCH);
    case_either("batch-own-domid", hyp_mmu_update(batch, 1, 0, 0), -EINVAL, -ESRCH);
    mmu_write(entry, 0);
}

static void read_word(void *at)
{
    (void)*(volatile u64 *)at;
}

/* Taken away without a flush, a page is gone at once on Vantage; the ABI leaves it open until a flush. */
static void check_taken(u64 pte)
{
    bool is_vantage = hyp_vantage_op(VANTAGE_AUDIT, 0) != -ENOSYS;

    hyp_update_va_mapping(TEST_VA, pte, UVMF_INVLPG);
    read_word((void *)TEST_VA);
    case_long("va-take", hyp_update_va_mapping(TEST_VA, 0, UVMF_NONE), 0);
    case_either("va-taken", trap_catch(read_word, (void *)TEST_VA), 14, is_vantage ? 14 : -1);
    hyp_update_va_mapping(TEST_VA, 0, UVMF_INVLPG);
}

static void check_va(void)
{
    u64 pte = pte_make(va_mfn(data), PTE_DATA);
    u64 *other = page_alloc();

    other[0] = 77;
    data[0] = 66;
    case_long("va-map", hyp_update_va_mapping(TEST_VA, pte, UVMF_NONE), 0);
    case_hex("va-reads", *(volatile u64 *)TEST_VA, 66);
    case_long(
        "va-remap",
        hyp_update_va_mapping(TEST_VA, pte_make(va_mfn(other), PTE_DATA), UVMF_INVLPG | UVMF_LOCAL),
        0);
    case_hex("va-remap-reads", *(volatile u64 *)TEST_VA, 77);
    case_long("va-flush-all", hyp_update_va_mapping(TEST_VA, pte, UVMF_TLB_FLUSH | UVMF_ALL), 0);
    case_hex("va-flush-reads", *(volatile u64 *)TEST_VA, 66);
    case_long("va-clear", hyp_update_va_mapping(TEST_VA, 0, UVMF_INVLPG), 0);
    check_taken(pte);
    case_long("va-hole", hyp_update_va_mapping(HOLE_POINTER, pte, 0), -EINVAL);
    case_long("va-m2p", hyp_update_va_mapping(HOLE_START, pte, 0), -EINVAL);
    case_long("va-non-canonical", hyp_update_va_mapping(NON_CANONICAL, pte, 0), -EINVAL);
    case_long("va-no-table", hyp_update_va_mapping(UNMAPPED_POINTER, pte, 0), -EINVAL);
    case_long("va-otherdomain",
              hyp4(__HYPERVISOR_update_va_mapping_otherdomain, TEST_VA, 0, 0, DOMID_SELF), 0);
    case_long("va-otherdomain-none",
              hyp4(__HYPERVISOR_update_va_mapping_otherdomain, TEST_VA, 0, 0, 77), -ESRCH);
    page_free(other);
}

void abi_mmu(void)
{
    data = page_alloc();
    entry = pte_maddr(TEST_VA, 1);
    check_map();
    check_l1_owner();
    check_l1_machphys();
    check_l2_flags();
    check_link();
    check_linear();
    check_l4();
    check_preserve();
    check_machphys();
    check_plain_page();
    check_batch();
    check_va();
    page_free(data);
}
