/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A second vCPU that changes the tables the first one works on. It has no traps and takes no events, so
 * it only makes hypercalls.
 */
#include "hostile.h"

#include <xen/vcpu.h>

static u8 stack[PAGE_SIZE] __attribute__((aligned(16)));

static void __attribute__((noreturn)) second_main(void)
{
    for (;;)
        mutate_bare();
}

long second_start(void)
{
    static vcpu_guest_context_t c;
    long rc;

    c.flags = VGCF_in_kernel;
    c.ctrlreg[3] = xen_pfn_to_cr3(va_mfn((void *)start_info->pt_base));
    c.user_regs.rip = (u64)second_main;
    c.user_regs.rsp = (u64)(stack + sizeof(stack)) - 8;
    c.user_regs.cs = FLAT_KERNEL_CS;
    c.user_regs.ss = FLAT_KERNEL_SS;
    rc = hyp_vcpu_op(VCPUOP_initialise, 1, &c);
    return rc ? rc : hyp_vcpu_op(VCPUOP_up, 1, 0);
}
