/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps of ways.c that enter the guest and return: iret, exceptions, events, timers, and the state a return loads. */
#include "user_code.h"
#include "ways.h"

#include <xen/event_channel.h>

/* A frame to user or kernel mode at rip, with some of the flags that are tried. */
static struct iret_context any_frame(bool to_user, u64 rip, u64 tried)
{
    static u8 stack[PAGE_SIZE] __attribute__((aligned(16)));

    return (struct iret_context){.rax = ways.random,
                                 .r11 = ways.random * 3,
                                 .rcx = ways.random * 5,
                                 .rip = rip,
                                 .cs = to_user ? FLAT_USER_CS : KERNEL_CS,
                                 .rflags = (ways.random >> 20 & tried) | 2 | (any(4) ? FLAGS_IF : 0),
                                 .rsp = to_user ? USER_STACK_TOP - 64 : (u64)stack + sizeof stack,
                                 .ss = FLAT_USER_SS};
}

enum { TRIED_FLAGS = 0x40cd5 | 0x7000 /* status flags, DF, IOPL, NT, AC */, FLAG_TF = 0x100 };

/* Now and then with a selector that does not load. */
void step_iret(void)
{
    bool to_user = any(2);
    struct iret_context f =
        any_frame(to_user, to_user ? user_address(user_flags) : (u64)ways_kernel_target, TRIED_FLAGS);

    if (!any(8))
        f.rip = any(2) ? NON_CANONICAL : UNMAPPED_POINTER;
    else if (!any(8))
        *(any(2) ? &f.cs : &f.ss) = any(2) ? 0x10 : 0;
    see((u64)iret_catch(&f));
}

/* Instructions that raise an exception, and what begins like them; at a page's end as often as not, with another
 * page behind it or none. Where none of them does, INT3 follows. */
void step_exception(void)
{
    static const char *const code[] = {"\x0f\x0b",       "\x0f\x0bxe",         "\x0f\x0bxen\x0f\xa2",
                                       "\x0f\x0bxen\x0f", "\x0f\x0bxen\x0f\xa3", "\xcc",
                                       "\x31\xc9\xf7\xf1"};
    const char *chosen = code[any(ARRAY_SIZE(code))];
    u64 at = any(2) ? any(PAGE_SIZE - 16) : PAGE_SIZE - 1 - any(10), end = at + strlen(chosen);
    struct iret_context f;

    for (u64 i = 0; i < 2; i++)
        mmu_write(va_maddr(&ways.slots[i]), i && any(2) ? 0 : pte_make(va_mfn(ways.code[i]), PTE_RO));
    for (u64 i = at; i < at + 16; i++)
        ways.code[i / PAGE_SIZE][i % PAGE_SIZE] = i < end ? (u8)chosen[i - at] : 0xcc;
    f = any_frame(any(2), TEST_VA + at, any(4) ? TRIED_FLAGS : TRIED_FLAGS | FLAG_TF);
    f.rax = any(3) ? any(2) : 0x40000000 + any(5);
    see((u64)iret_catch(&f));
}

void step_segment(void)
{
    static const u64 bases[] = {0, TEST_VA, 0x7ffffffff000, NON_CANONICAL, HOLE_START, ~7ul, 0x1234567890};
    u64 which = any(8) ? any(3) : 3 + any(3);
    u64 base_or_selector = which == SEGBASE_GS_USER_SEL ? any(2) * FLAT_USER_DS + any(2) * 0x40
                                                        : bases[any(ARRAY_SIZE(bases))];

    call(__HYPERVISOR_set_segment_base, which | any(2) << 32, base_or_selector, 0, 0);
    for (u32 msr = 0xc0000100; msr <= 0xc0000102; msr++) {
        u32 low, high;

        asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
        see((u64)high << 32 | low);
    }
    see((u64)user_run(user_read_gs, 0));
}

void step_stack(void)
{
    call(__HYPERVISOR_stack_switch, FLAT_KERNEL_SS, (u64)trap_stack_top - any(64) * 8, 0, 0);
    see((u64)user_run(user_syscall, 1));
}

void step_event(void)
{
    struct evtchn_send send = {.port = any(8) ? ways.port : 0};

    if (any(2))
        event_unmask(ways.port);
    else
        event_mask(ways.port);
    upcall_mask_set(any(2));
    call(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (u64)&send, 0, 0);
    see_state();
    upcall_mask_set(0);
}

enum { TIMER_NS = 20000 }; /* longer than a hypercall takes, shorter than user_wait */

/* An emulated instruction, with an event waiting behind it that the guest itself made. */
void step_emulated(void)
{
    u64 cr3 = 0;

    ways_event_came = 0;
    asm volatile("movb $1, %1\n mov %%cr3, %%r14\n mov %%r14, %0"
                 : "=r"(cr3), "=m"(vcpu_info()->evtchn_upcall_pending) : : "r14", "memory");
    see(cr3);
    see(ways_event_came);
}

/* A timer goes off in kernel or in user mode. */
void step_timer(void)
{
    u64 r[14];

    for (unsigned int i = 0; i < ARRAY_SIZE(r); i++)
        r[i] = ways.random * (i + 1);
    ways_event_came = 0;
    hyp_set_timer_op(time_ns() + TIMER_NS);
    same_registers();
    if (any(2)) {
        ways_spin(r);
        see_words(r, sizeof r);
    } else {
        see((u64)user_run(user_wait, ways.random));
    }
    see(ways_event_came);
}

void step_unknown(void)
{
    static const u64 numbers[] = {6, 9, 40, 63, 64, 1000, ~0ul, 1ul << 32};

    call(numbers[any(ARRAY_SIZE(numbers))], 40 + any(3), ways.random, 0, 0);
}

const u8 ways_gates[GATES] = {14, 0, 3, 6};

void step_gate(void)
{
    trap_install(ways_gates[any(GATES)], 0, any(2));
}
