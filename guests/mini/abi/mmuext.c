/* SPDX-License-Identifier: BSD-2-Clause */
/* mmuext_op: pinning, base pointers, flushes, page operations, and what it refuses. */
#include "abi.h"

static void check_pin(void)
{
    u64 *table = page_alloc();
    u64 mfn = va_mfn(table);

    case_either("pin-writable-page", mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0), -EINVAL, -EBUSY);
    page_set_ro(table);
    case_long("unpin-not-pinned", mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), -EINVAL);
    case_long("pin-l1", mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0), 0);
    case_long("pin-twice", mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0), -EINVAL);
    case_either("pin-other-level", mmuext(MMUEXT_PIN_L2_TABLE, mfn, 0), -EINVAL, -EBUSY);
    case_either("pinned-writable", page_set_rw(table), -EINVAL, -EBUSY);
    case_long("pinned-update", mmu_write(va_maddr(table), pte_make(va_mfn(table), PTE_RO)), 0);
    case_long("unpin", mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), 0);
    case_long("unpinned-writable", page_set_rw(table), 0);
    memset(table, 0, PAGE_SIZE);
    page_set_ro(table);
    for (unsigned int cmd = MMUEXT_PIN_L1_TABLE; cmd <= MMUEXT_PIN_L4_TABLE; cmd++) {
        static const char *const names[] = {"pin-empty-l1", "pin-empty-l2", "pin-empty-l3",
                                            "pin-empty-l4"};

        case_long(names[cmd], mmuext(cmd, mfn, 0), 0);
        mmuext(MMUEXT_UNPIN_TABLE, mfn, 0);
    }
    page_set_rw(table);
    case_either("pin-foreign", mmuext(MMUEXT_PIN_L1_TABLE, abi_foreign_mfn(), 0), -EINVAL, -EBUSY);
    case_long("pin-no-frame", mmuext(MMUEXT_PIN_L1_TABLE, ~0ul, 0), -EINVAL);
    case_long("unpin-no-frame", mmuext(MMUEXT_UNPIN_TABLE, 1ul << 50, 0), -EINVAL);
    page_free(table);
}

/* A pinned L4 with the hypervisor's slots given by the guest: they are ignored. */
static void check_pin_l4(void)
{
    u64 *l4 = page_alloc();
    u64 mfn = va_mfn(l4);

    memcpy(l4, (void *)start_info->pt_base, PAGE_SIZE);
    for (unsigned int i = 256; i < 272; i++)
        l4[i] = pte_make(va_mfn(l4), PTE_TABLE);
    page_set_ro(l4);
    case_long("pin-l4", mmuext(MMUEXT_PIN_L4_TABLE, mfn, 0), 0);
    case_true("pin-l4-hole-written", (l4[256] & PTE_MFN) != mfn << PAGE_SHIFT,
              "the guest's entry is still in slot 256");
    case_long("new-baseptr", mmuext(MMUEXT_NEW_BASEPTR, mfn, 0), 0);
    case_long("new-baseptr-same", mmuext(MMUEXT_NEW_BASEPTR, mfn, 0), 0);
    case_long("new-baseptr-back",
              mmuext(MMUEXT_NEW_BASEPTR, va_mfn((void *)start_info->pt_base), 0), 0);
    case_long("unpin-l4", mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), 0);
    case_long("unpinned-l4-writable", page_set_rw(l4), 0);
    page_free(l4);
}

static void check_baseptr(void)
{
    u64 *page = page_alloc();

    case_either("baseptr-writable-page", mmuext(MMUEXT_NEW_BASEPTR, va_mfn(page), 0), -EINVAL,
                -EBUSY);
    case_either("baseptr-foreign", mmuext(MMUEXT_NEW_BASEPTR, abi_foreign_mfn(), 0), -EINVAL,
                -EBUSY);
    case_long("baseptr-no-frame", mmuext(MMUEXT_NEW_BASEPTR, ~0ul, 0), -EINVAL);
    case_either("user-baseptr-writable-page", mmuext(MMUEXT_NEW_USER_BASEPTR, va_mfn(page), 0),
                -EINVAL, -EBUSY);
    case_long("user-baseptr-none", mmuext(MMUEXT_NEW_USER_BASEPTR, 0, 0), 0);
    case_long("user-baseptr", mmuext(MMUEXT_NEW_USER_BASEPTR, va_mfn(user_l4), 0), 0);
    page_free(page);
}

static void check_flushes(void)
{
    u64 cpus = 1;

    case_long("tlb-flush-local", mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);
    case_long("invlpg-local", mmuext(MMUEXT_INVLPG_LOCAL, TEST_VA, 0), 0);
    case_long("invlpg-hole", mmuext(MMUEXT_INVLPG_LOCAL, HOLE_POINTER, 0), 0);
    case_long("invlpg-non-canonical", mmuext(MMUEXT_INVLPG_LOCAL, NON_CANONICAL, 0), 0);
    case_long("tlb-flush-multi", mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, (u64)&cpus), 0);
    case_long("invlpg-multi", mmuext(MMUEXT_INVLPG_MULTI, TEST_VA, (u64)&cpus), 0);
    case_long("tlb-flush-multi-bad-mask", mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, HOLE_POINTER), -EINVAL);
    case_long("tlb-flush-all", mmuext(MMUEXT_TLB_FLUSH_ALL, 0, 0), 0);
    case_long("invlpg-all", mmuext(MMUEXT_INVLPG_ALL, TEST_VA, 0), 0);
    case_long("flush-cache", mmuext(MMUEXT_FLUSH_CACHE, 0, 0), 0);
    case_long("flush-cache-global", mmuext(MMUEXT_FLUSH_CACHE_GLOBAL, 0, 0), 0);
}

static void check_page_ops(void)
{
    u64 *from = page_alloc(), *to = page_alloc();

    from[9] = 0x99;
    case_long("copy-page", mmuext(MMUEXT_COPY_PAGE, va_mfn(to), va_mfn(from)), 0);
    case_hex("copied", to[9], 0x99);
    case_long("clear-page", mmuext(MMUEXT_CLEAR_PAGE, va_mfn(to), 0), 0);
    case_hex("cleared", to[9], 0);
    page_set_ro(to);
    mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(to), 0);
    case_either("clear-table", mmuext(MMUEXT_CLEAR_PAGE, va_mfn(to), 0), -EINVAL, -EBUSY);
    case_either("copy-to-table", mmuext(MMUEXT_COPY_PAGE, va_mfn(to), va_mfn(from)), -EINVAL,
                -EBUSY);
    mmuext(MMUEXT_UNPIN_TABLE, va_mfn(to), 0);
    page_set_rw(to);
    case_either("clear-foreign", mmuext(MMUEXT_CLEAR_PAGE, abi_foreign_mfn(), 0), -EINVAL, -EBUSY);
    page_free(from);
    page_free(to);
}

static void check_refusals(void)
{
    struct mmuext_op ops[2] = {{.cmd = MMUEXT_TLB_FLUSH_LOCAL}, {.cmd = 99}};
    u32 done = 99;

    case_long("unknown", mmuext(99, 0, 0), -ENOSYS);
    case_long("mark-super", mmuext(MMUEXT_MARK_SUPER, va_mfn(user_l4), 0), -EOPNOTSUPP);
    case_long("batch", hyp_mmuext_op(ops, 2, &done, DOMID_SELF), -ENOSYS);
    case_long("batch-done", done, 1);
    case_long("count-0", hyp_mmuext_op(ops, 0, 0, DOMID_SELF), 0);
    case_long("bad-pointer", hyp_mmuext_op(HOLE_POINTER, 1, 0, DOMID_SELF), -EFAULT);
    case_long("no-domain", hyp_mmuext_op(ops, 1, 0, 77), -ESRCH);
}

void abi_mmuext(void)
{
    check_pin();
    check_pin_l4();
    check_baseptr();
    check_flushes();
    check_page_ops();
    check_refusals();
}
