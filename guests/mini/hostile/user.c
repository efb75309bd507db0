/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes run in user mode; a trap ends them, or the timer.
 *
 * QEMU's TCG lets an IRET at CPL 3 in long mode load RFLAGS.VM and go on in virtual-8086 mode,
 * which no processor does. Vantage survives it, and finds a frame for it on the stack; for any
 * other hypervisor opcode 0xcf is left out. User mode can execute only what it cannot write, so
 * that it cannot make one either.
 */
#include "hostile.h"

#include <xen/errno.h>
#include <xen/vcpu.h>

static u32 timer_port;
static bool may_iret;

/* A timer or another event while user code runs ends the run. A debug trap anywhere is ours. */
static bool end_user_run(struct trap_regs *r)
{
    if (r->vector == 1 && (r->cs & 3) != 3)
        return true;
    if (r->vector != TRAP_EVENT || (r->cs & 3) != 3)
        return false;
    on_event(r);
    trap_end_catch(r);
    return true;
}

void user_step_init(void)
{
    user_init();
    may_iret = hyp_vantage_op(VANTAGE_AUDIT, 0) != -XEN_ENOSYS;
    trap_hook = end_user_run;
}

/* A random call may have closed or masked it. */
static void timer_bind(void)
{
    long port = port_virq(VIRQ_TIMER, 0);

    if (port > 0)
        timer_port = (u32)port;
    event_unmask(timer_port);
}

void timer_arm(void)
{
    struct vcpu_set_singleshot_timer arg = {.timeout_abs_ns = time_ns() + 1000000};

    timer_bind();
    hyp_vcpu_op(VCPUOP_set_singleshot_timer, 0, &arg);
}

void timer_repeat(bool is_wanted)
{
    static bool is_on;
    struct vcpu_set_periodic_timer every = {.period_ns = 1000000};

    if (is_wanted) {
        timer_bind();
        hyp_vcpu_op(VCPUOP_set_periodic_timer, 0, &every);
    } else if (is_on) {
        hyp_vcpu_op(VCPUOP_stop_periodic_timer, 0, 0);
    }
    is_on = is_wanted;
}

static void fill_code(void)
{
    static const u8 pieces[][5] = {
        {0x0f, 0x05},
        {0xcd, 0x80},
        {0xcc},
        {0x0f, 0x34},
        {0x0f, 0x0b, 0x78, 0x65, 0x6e},
        {0x9d},
        {0x8e, 0xe0},
        {0x8e, 0xd8},
        {0xf4},
        {0xcb},
        {0x0f, 0x22, 0xd8},
        {0xec},
        {0x0f, 0x30},
        {0x48, 0xcf},
        {0xcf},
    };
    u8 *at = (u8 *)code_page;
    unsigned int i;

    for (i = 0; i < 64; i += 8)
        *(u64 *)(at + i) = random_u64();
    for (i = 0; i < 4; i++)
        memcpy(at + random_below(56), pieces[random_below(ARRAY_SIZE(pieces))], 5);
    for (i = 0; i < 64; i++)
        if (at[i] == 0xcf && !may_iret)
            at[i] = 0x90;
}

/* What an IRET of user code may find: nearly a frame. */
static void fill_stack(void)
{
    static const u64 selectors[] = {FLAT_USER_CS, FLAT_USER_SS, 0xe008, 0xe010, 0, 0x28};
    u64 *at = (u64 *)(USER_STACK_TOP - 64);

    for (unsigned int i = 0; i < 8; i++)
        at[i] = random_word();
    at[0] = at[5] = CODE_PAGE + random_below(64);
    at[1] = at[4] = selectors[random_below(ARRAY_SIZE(selectors))];
    at[2] = (random_u64() & 0x3ffffd7) | 2;
    at[3] = random_one_in(2) ? USER_STACK_TOP - random_below(64) : random_word();
}

/* Some user L4 must be there: to return to user mode without one ends the guest by definition. Not one that maps the kernel:
 * what user code does there is done by the guest to itself. */
static void load_tables(void)
{
    u64 *table = pool_page[random_below(POOL_PAGES)];

    if (random_one_in(2) || !pool_holds(&table[511], 0) || mmuext(MMUEXT_NEW_USER_BASEPTR, va_mfn(table), 0))
        mmuext(MMUEXT_NEW_USER_BASEPTR, va_mfn(user_l4), 0);
}

void user_step(void)
{
    struct iret_context frame = {.rax = random_word(),
                                 .rip = CODE_PAGE + random_below(64),
                                 .cs = FLAT_USER_CS,
                                 .rflags = (random_u64() & 0x47fff) | FLAGS_IF | 2,
                                 .rsp = USER_STACK_TOP - random_below(64),
                                 .ss = FLAT_USER_SS};

    load_tables();
    if (random_one_in(8))
        frame.rip = random_word();
    if (random_one_in(8))
        frame.rsp = random_word();
    if (random_one_in(8))
        frame.ss = random_below(0x10000) | 3;
    if (random_one_in(8))
        frame.cs = random_below(0x10000) | 3;
    if (random_one_in(4))
        frame.flags = VGCF_in_syscall;
    fill_code();
    fill_stack();
    timer_repeat(true);
    calls_count(__HYPERVISOR_iret, iret_catch(&frame) >= 0 ? 0 : -1);
    timer_repeat(false);
    asm volatile("mov %0, %%fs; mov %0, %%ds; mov %0, %%es; mov %0, %%gs" ::"r"(0));
}
