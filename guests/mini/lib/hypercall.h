/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hypercalls by SYSCALL: number in rax, arguments in rdi, rsi, rdx, r10, r8; rcx and r11 are lost.
 * Arguments are plain words, so that a test can pass what no well-behaved guest would.
 */
#ifndef MINI_HYPERCALL_H
#define MINI_HYPERCALL_H

#include "mini.h"
#include "pv/vantage_op.h"

static inline long hyp5(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e)
{
    register u64 r10 asm("r10") = d;
    register u64 r8 asm("r8") = e;
    long ret;

    asm volatile("syscall"
                 : "=a"(ret), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)
                 : "0"(nr)
                 : "rcx", "r11", "memory");
    return ret;
}

#define HYP_ARG(x)                     ((u64)(x))

#define hyp0(nr)                       hyp5(nr, 0, 0, 0, 0, 0)
#define hyp1(nr, a)                    hyp5(nr, HYP_ARG(a), 0, 0, 0, 0)
#define hyp2(nr, a, b)                 hyp5(nr, HYP_ARG(a), HYP_ARG(b), 0, 0, 0)
#define hyp3(nr, a, b, c)              hyp5(nr, HYP_ARG(a), HYP_ARG(b), HYP_ARG(c), 0, 0)
#define hyp4(nr, a, b, c, d)           hyp5(nr, HYP_ARG(a), HYP_ARG(b), HYP_ARG(c), HYP_ARG(d), 0)

#define hyp_set_trap_table(table)      hyp1(__HYPERVISOR_set_trap_table, table)
#define hyp_mmu_update(r, n, done, d)  hyp4(__HYPERVISOR_mmu_update, r, n, done, d)
#define hyp_set_gdt(frames, entries)   hyp2(__HYPERVISOR_set_gdt, frames, entries)
#define hyp_stack_switch(ss, sp)       hyp2(__HYPERVISOR_stack_switch, ss, sp)
#define hyp_fpu_taskswitch(set)        hyp1(__HYPERVISOR_fpu_taskswitch, set)
#define hyp_platform_op(op)            hyp1(__HYPERVISOR_platform_op, op)
#define hyp_set_debugreg(reg, val)     hyp2(__HYPERVISOR_set_debugreg, reg, val)
#define hyp_get_debugreg(reg)          hyp1(__HYPERVISOR_get_debugreg, reg)
#define hyp_update_descriptor(ma, d)   hyp2(__HYPERVISOR_update_descriptor, ma, d)
#define hyp_memory_op(cmd, arg)        hyp2(__HYPERVISOR_memory_op, cmd, arg)
#define hyp_multicall(list, n)         hyp2(__HYPERVISOR_multicall, list, n)
#define hyp_update_va_mapping(v, p, f) hyp3(__HYPERVISOR_update_va_mapping, v, p, f)
#define hyp_set_timer_op(ns)           hyp1(__HYPERVISOR_set_timer_op, ns)
#define hyp_xen_version(cmd, arg)      hyp2(__HYPERVISOR_xen_version, cmd, arg)
#define hyp_console_io(cmd, n, buf)    hyp3(__HYPERVISOR_console_io, cmd, n, buf)
#define hyp_grant_table_op(cmd, u, n)  hyp3(__HYPERVISOR_grant_table_op, cmd, u, n)
#define hyp_vm_assist(cmd, type)       hyp2(__HYPERVISOR_vm_assist, cmd, type)
#define hyp_vcpu_op(cmd, vcpu, arg)    hyp3(__HYPERVISOR_vcpu_op, cmd, vcpu, arg)
#define hyp_set_segment_base(w, base)  hyp2(__HYPERVISOR_set_segment_base, w, base)
#define hyp_mmuext_op(o, n, done, d)   hyp4(__HYPERVISOR_mmuext_op, o, n, done, d)
#define hyp_sched_op(cmd, arg)         hyp2(__HYPERVISOR_sched_op, cmd, arg)
#define hyp_callback_op(cmd, arg)      hyp2(__HYPERVISOR_callback_op, cmd, arg)
#define hyp_event_channel_op(cmd, arg) hyp2(__HYPERVISOR_event_channel_op, cmd, arg)
#define hyp_physdev_op(cmd, arg)       hyp2(__HYPERVISOR_physdev_op, cmd, arg)
/* Vantage's own. -ENOSYS on Xen. */
#define hyp_vantage_op(cmd, arg) hyp2(__HYPERVISOR_arch_7, cmd, arg)

#endif
