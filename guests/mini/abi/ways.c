/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares the straight ways through the hypervisor (x86/straight.S) with the general way. One random sequence
 * of whatever the straight ways serve is run twice from the same state: with nothing recorded, when they are
 * taken, and with everything recorded, when most are closed and the C that defines them runs. Each step leaves
 * a digest of all that the guest can see of it; both lists of digests must be the same. [straight.same]
 */
#include "ways.h"

enum { STEPS = 3000, SEEDS = 4, RECORD_ALL = 0xff };

struct ways ways;
u32 ways_event_came;

static u64 seen[2][STEPS], digest;
static u8 kind[STEPS]; /* index in steps[] */
static u32 timer_port;

/* --- What a step leaves --- */

void see(u64 value)
{
    digest = (digest ^ value) * 0x100000001b3;
    digest ^= digest >> 29;
}

void see_words(const void *from, size_t bytes)
{
    const u64 *w = from;

    for (size_t i = 0; i < bytes / 8; i++)
        see(w[i]);
}

/* The frame as it lies on the stack, and where. */
static bool see_trap(struct trap_regs *r)
{
    ways_event_came |= r->vector == TRAP_EVENT;
    if (r->vector != TRAP_EVENT) {
        see((u64)r);
        see_words(r, sizeof *r);
    }
    see(vcpu_info()->evtchn_upcall_mask);
    see(vcpu_info()->arch.cr2);
    return false;
}

void see_state(void)
{
    see_words(ways.slots, SLOTS * sizeof *ways.slots);
    see(vcpu_info()->evtchn_upcall_mask);
    see(event_upcalls);
    see(event_count(ways.port));
}

void call(u64 nr, u64 a, u64 b, u64 c, u64 d)
{
    u64 r[15];

    for (unsigned int i = 0; i < ARRAY_SIZE(r); i++)
        r[i] = ways.random * (i + 1);
    r[0] = a, r[1] = b, r[2] = c, r[3] = d, r[12] = nr;
    ways_call(r);
    see_words(r, sizeof r);
}

void same_registers(void)
{
    asm volatile("xor %%eax, %%eax; mov %%eax, %%ecx; mov %%eax, %%edx; mov %%eax, %%esi; mov %%eax, %%edi;"
                 "mov %%eax, %%r8d; mov %%eax, %%r9d; mov %%eax, %%r10d; mov %%eax, %%r11d"
                 ::: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc");
}

/* --- Both ways --- */

static ways_step *const steps[] = {
    step_update,       step_update,       step_protect,      step_va_mapping,   step_store,        step_store,
    step_access,       step_access,       step_user_access,  step_user_access,  step_iret,         step_iret,
    step_exception,    step_exception,    step_segment,      step_stack,        step_base,         step_pin,
    step_event,        step_multicall,    step_flush,        step_unknown,      step_gate,         step_timer,
    step_emulated,
};

static u64 *table_copy(const u64 *from)
{
    u64 *copy = page_alloc();

    memcpy(copy, from, PAGE_SIZE);
    memset(&copy[256], 0, 16 * sizeof *copy);
    page_set_ro(copy);
    mmuext(MMUEXT_PIN_L4_TABLE, va_mfn(copy), 0);
    return copy;
}

static void prepare(void)
{
    for (unsigned int i = 0; i < PAGES; i++)
        ways.pages[i] = page_alloc();
    ways.code[0] = page_alloc();
    ways.code[1] = page_alloc();
    ways.leaf = page_alloc();
    ways.slots = pte_of(TEST_VA, 1);
    ways.foreign = abi_foreign_mfn();
    ways.base[0] = va_mfn((void *)start_info->pt_base);
    ways.base[1] = va_mfn(table_copy((u64 *)start_info->pt_base));
    ways.user_base[0] = va_mfn(user_l4);
    ways.user_base[1] = va_mfn(table_copy(user_l4));
    ways.port = (u32)port_ipi(0);
    timer_port = (u32)port_virq(VIRQ_TIMER, 0);
    event_unmask(timer_port);
}

/* The state every sequence begins with. */
static void reset(void)
{
    struct mmuext_op op[2] = {{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = ways.base[0]},
                              {.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = ways.user_base[0]}};

    hyp_mmuext_op(op, 2, 0, DOMID_SELF);
    for (unsigned int i = 0; i < SLOTS; i++)
        mmu_write(va_maddr(&ways.slots[i]), 0);
    for (unsigned int i = 0; i < PAGES; i++)
        memset(ways.pages[i], 0, PAGE_SIZE), ways.pages[i][511] = i;
    for (unsigned int i = 0; i < ARRAY_SIZE(ways.code); i++)
        memset(ways.code[i], 0, PAGE_SIZE);
    page_set_rw(ways.leaf);
    for (u32 which = SEGBASE_FS; which <= SEGBASE_GS_USER_SEL; which++)
        hyp_set_segment_base(which, 0);
    hyp_stack_switch(FLAT_KERNEL_SS, trap_stack_top);
    for (unsigned int i = 0; i < GATES; i++)
        trap_install(ways_gates[i], 0, false);
    event_mask(ways.port);
    event_clear(ways.port);
    event_count_reset();
    event_upcalls = 0;
    vcpu_info()->arch.cr2 = 0;
}

static __attribute__((noinline)) void sequence(u64 seed)
{
    reset();
    hyp_vantage_op(VANTAGE_TRACE_MASK, ways.general ? RECORD_ALL : 0);
    ways.random = seed;
    trap_hook = see_trap;
    call(63, 0, 0, 0, 0); /* nobody's: leaves the same in all registers */
    for (unsigned int i = 0; i < STEPS; i++) {
        digest = 0;
        kind[i] = (u8)any(ARRAY_SIZE(steps));
        steps[kind[i]]();
        mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0); /* how long a stale translation lives is nobody's promise */
        see_state();
        seen[ways.general][i] = digest;
    }
    trap_hook = NULL;
    hyp_vantage_op(VANTAGE_TRACE_MASK, 0);
    reset();
}

static void compare(u64 seed)
{
    for (ways.general = 0; ways.general < 2; ways.general++)
        sequence(seed);
    for (unsigned int i = 0; i < STEPS; i++)
        if (seen[0][i] != seen[1][i]) {
            case_fail("same", "seed %lu: step %u of kind %u differs", seed, i, kind[i]);
            return;
        }
    case_ok("same");
}

void abi_ways(void)
{
    long before;

    if (hyp_vantage_op(VANTAGE_AUDIT, 0) == -ENOSYS) {
        case_skip("same", "only Vantage has two ways");
        return;
    }
    hyp_vm_assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables);
    prepare();
    before = hyp_vantage_op(VANTAGE_TRACE_MASK, RECORD_ALL);
    case_long("recording", hyp_vantage_op(VANTAGE_TRACE_MASK, 0), RECORD_ALL);
    for (u64 seed = 1; seed <= SEEDS; seed++)
        compare(seed);
    case_true("flushed", !ways.is_stale, "another page was seen after a flush");
    case_long("audit", hyp_vantage_op(VANTAGE_AUDIT, 0), 0);
    hyp_vantage_op(VANTAGE_TRACE_MASK, (unsigned long)before);
    port_close(timer_port);
}
