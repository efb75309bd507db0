/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hypervisor reflects to the guest kernel, and the way back. The handlers are bounce.S's.
 */
#include "hyper.h"

#include <xen/callback.h>

enum { INVALID_OPCODE = 6, BREAKPOINT = 3, PAGE_FAULT = 14 };

static void handler_set(u8 vector, const char *handler)
{
    struct trap_info t[2] = {{.vector = vector, .cs = FLAT_KERNEL_CS, .address = (u64)handler}};

    must(!hyp_set_trap_table(t), "set_trap_table was refused");
}

static void syscall_handler_set(const char *handler)
{
    struct callback_register callback = {
        .type = CALLBACKTYPE_syscall, .flags = CALLBACKF_mask_events, .address = (u64)handler};

    must(!hyp_callback_op(CALLBACKOP_register, &callback), "callback_op was refused");
}

u64 bench_iret(unsigned int iterations)
{
    u64 start = tsc_read();

    iret_loop(iterations);
    return tsc_read() - start;
}

u64 bench_fault_bounce(unsigned int iterations)
{
    u64 start, took;

    handler_set(PAGE_FAULT, handler_skip_fault);
    start = tsc_read();
    fault_loop(iterations, 0);
    took = tsc_read() - start;
    trap_install(PAGE_FAULT, 0, false);
    return took;
}

u64 bench_exception_bounce(unsigned int iterations)
{
    u64 start, took;

    handler_set(INVALID_OPCODE, handler_skip_ud2);
    start = tsc_read();
    ud2_loop(iterations);
    took = tsc_read() - start;
    trap_install(INVALID_OPCODE, 0, false);
    return took;
}

/* The user code has read the clock itself. */
static u64 user_time(const char *code, unsigned int iterations)
{
    must(user_run(code, iterations) == BREAKPOINT, "user mode went astray");
    return trap_last.r9 - trap_last.r8;
}

u64 bench_syscall_bounce(unsigned int iterations)
{
    u64 took;

    syscall_handler_set(handler_iret);
    took = user_time(user_syscalls, iterations);
    syscall_handler_set(entry_syscall);
    return took;
}

u64 bench_fault_bounce_user(unsigned int iterations)
{
    u64 took;

    handler_set(PAGE_FAULT, handler_skip_fault);
    took = user_time(user_faults, iterations);
    trap_install(PAGE_FAULT, 0, false);
    return took;
}
