/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Further vCPUs. They have no traps and take no events, so they only make hypercalls, and share no memory with the first
 * one but what a step says.
 */
#include "hostile.h"

#include <xen/vcpu.h>

static u8 stacks[VCPUS_MAX][PAGE_SIZE] __attribute__((aligned(16)));

static void __attribute__((noreturn)) vcpu_main(unsigned int vcpu, bare_fn *step)
{
    for (;;)
        step(vcpu);
}

static long start(unsigned int vcpu, bare_fn *step)
{
    static vcpu_guest_context_t c;
    long rc;

    c.flags = VGCF_in_kernel;
    c.ctrlreg[3] = xen_pfn_to_cr3(va_mfn((void *)start_info->pt_base));
    c.user_regs.rip = (u64)vcpu_main;
    c.user_regs.rsp = (u64)(stacks + vcpu + 1) - 8;
    c.user_regs.rdi = vcpu;
    c.user_regs.rsi = (u64)step;
    c.user_regs.cs = FLAT_KERNEL_CS;
    c.user_regs.ss = FLAT_KERNEL_SS;
    rc = hyp_vcpu_op(VCPUOP_initialise, vcpu, &c);
    return rc ? rc : hyp_vcpu_op(VCPUOP_up, vcpu, 0);
}

long vcpus_start(unsigned int n, bare_fn *step)
{
    long rc = 0;

    for (unsigned int vcpu = 1; vcpu < n && vcpu < VCPUS_MAX && !rc; vcpu++)
        rc = start(vcpu, step);
    return rc;
}
