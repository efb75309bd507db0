/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes to live page tables: the instructions a kernel uses on an L1 entry it sees read-only are
 * carried out by the hypervisor if the new entry is acceptable, and fault as they are if not.
 */
#include "abi.h"

static u64 *slot; /* TEST_VA's L1 entry, in its read-only page */

struct live {
    u64 *at;
    u64 value, compare;
};

/* rdi: struct live. */
#define LIVE(name, text) BODY(name, "mov 16(%0), %%rax; mov 8(%0), %%rcx; mov (%0), %%rdx; " text)

LIVE(live_mov, "mov %%rcx, (%%rdx)")
LIVE(live_zero, "movq $0, (%%rdx)")
LIVE(live_imm32, "movq $0x200, (%%rdx)")
LIVE(live_xchg, "xchg %%rcx, (%%rdx)")
LIVE(live_and_byte, "lock andb $0xfd, (%%rdx)")
LIVE(live_or_byte, "lock orb $0x2, (%%rdx)")
LIVE(live_btr, "lock btrq $5, (%%rdx)")
LIVE(live_btr_reg, "mov $6, %%eax; lock btrq %%rax, (%%rdx)")
LIVE(live_bts, "lock btsq $9, (%%rdx)")
LIVE(live_cmpxchg, "lock cmpxchg %%rcx, (%%rdx)")
LIVE(live_mov32, "movl %%ecx, (%%rdx)")
LIVE(live_mov8, "movb %%cl, (%%rdx)")
LIVE(live_split, "mov %%rcx, 4(%%rdx)")

/* Runs one write with TEST_VA mapped; the new entry must be `want` (A and D aside, and G, which is
 * the hypervisor's to choose: it may keep translations of user pages over a change of tables, or
 * not). */
static void row(const char *name, void (*body)(void *), u64 before, u64 value, u64 compare,
                u64 want)
{
    struct live l = {slot, value, compare};
    u64 free = PTE_A | PTE_D | PTE_G;
    int got;

    mmu_write(va_maddr(slot), before);
    l.compare = compare ? *slot : 0;
    got = trap_catch(body, &l);
    if (got >= 0)
        case_fail(name, "trap %d error 0x%lx", got, trap_last.error);
    else
        case_hex(name, *slot & ~free, want & ~free);
}

static void check_accepted(u64 map)
{
    u64 ro = map & ~PTE_RW;

    row("mov64", live_mov, 0, map, 0, map);
    row("mov64-clear", live_zero, map, 0, 0, 0);
    row("imm32-not-present", live_imm32, map, 0, 0, 0x200);
    row("xchg", live_xchg, map, 0, 0, 0);
    row("lock-and-byte", live_and_byte, map, 0, 0, ro);
    row("lock-or-byte", live_or_byte, ro, 0, 0, map);
    row("lock-btr", live_btr, map, 0, 0, map);
    case_true("lock-btr-accessed", !(*slot & PTE_A), "the accessed bit is still set");
    row("lock-btr-register", live_btr_reg, map, 0, 0, map);
    row("lock-bts", live_bts, map, 0, 0, map | 0x200);
    row("cmpxchg-equal", live_cmpxchg, map, ro, 1, ro);
    row("cmpxchg-different", live_cmpxchg, map, ro, 0, map);
    row("mov32", live_mov32, map, (u32)ro, 0, ro);
    row("mov8", live_mov8, map, (u8)ro, 0, ro);
}

BODY(read_test_page, "mov 0x40000000, %%rax")

static void check_effect(u64 map)
{
    struct live l = {slot, 0, 0};

    mmu_write(va_maddr(slot), map);
    case_trap("readable-before", trap_catch(read_test_page, NULL), -1, 0);
    trap_catch(live_zero, &l);
    mmuext(MMUEXT_INVLPG_LOCAL, TEST_VA, 0);
    case_trap("faults-after", trap_catch(read_test_page, NULL), 14, 0);
    case_hex("faults-after-cr2", trap_last_cr2, TEST_VA);
}

static void check_refused(u64 map)
{
    u64 *l2 = pte_of(TEST_VA, 2);
    struct live l = {slot, pte_make(abi_foreign_mfn(), PTE_DATA), 0};

    mmu_write(va_maddr(slot), map);
    case_trap("foreign-frame", trap_catch(live_mov, &l), 14, 3);
    case_hex("foreign-frame-cr2", trap_last_cr2, (u64)slot);
    l.value = pte_make(va_mfn(slot), PTE_DATA);
    case_trap("writable-table", trap_catch(live_xchg, &l), 14, 3);
    case_true("refused-unchanged", (*slot & PTE_MFN) == (map & PTE_MFN), "the entry changed");
    l.value = map;
    case_trap("across-two-entries", trap_catch(live_split, &l), 14, 3);
    l.at = l2;
    l.value = *l2;
    case_trap("l2", trap_catch(live_mov, &l), 14, 3);
}

void abi_live(void)
{
    u64 *data = page_alloc();
    u64 map = pte_make(va_mfn(data), PTE_DATA);

    hyp_vm_assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables);
    slot = pte_of(TEST_VA, 1);
    check_accepted(map);
    check_effect(map);
    check_refused(map);
    mmu_write(va_maddr(slot), 0);
    page_free(data);
}
