/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug registers by hypercall, and a breakpoint that fires. */
#include "abi.h"

#define DEBUGREG __HYPERVISOR_set_debugreg

static const struct call_row calls[] = {
    {"dr0", DEBUGREG, 0, 0x1000, 0, 0, 0},
    {"dr3", DEBUGREG, 3, VIRT_BASE, 0, 0, 0},
    {"dr0-hole", DEBUGREG, 0, HOLE_POINTER, 0, 0, -EPERM},
    {"dr1-non-canonical", DEBUGREG, 1, NON_CANONICAL, 0, 0, -EPERM},
    {"dr6-upper", DEBUGREG, 6, 1ul << 32, 0, 0, -EINVAL},
    {"dr6", DEBUGREG, 6, 0, 0, 0, 0},
    {"dr7-upper", DEBUGREG, 7, 1ul << 32, 0, 0, -EINVAL},
    {"dr7-general-detect", DEBUGREG, 7, 0x2000, 0, 0, -EPERM},
    {"dr7-io-breakpoint", DEBUGREG, 7, 0x20002, 0, 0, -EPERM},
    {"dr7-off", DEBUGREG, 7, 0x400, 0, 0, 0},
    {"dr8", DEBUGREG, 8, 0, 0, 0, -ENODEV},
    {"get-dr8", __HYPERVISOR_get_debugreg, 8, 0, 0, 0, -ENODEV},
    {"get-dr0", __HYPERVISOR_get_debugreg, 0, 0, 0, 0, 0x1000},
};

static u64 watched;

BODY(touch, "movq $1, (%%rdi)")

static void check_watch(void)
{
    case_long("watch-address", hyp_set_debugreg(0, &watched), 0);
    case_long("watch-on", hyp_set_debugreg(7, 0x400 | 0xd0000 | 2), 0);
    case_trap("watch-fires", trap_catch(touch, &watched), 1, 0);
    case_hex("watch-dr6", (u64)hyp_get_debugreg(6) & 0xf, 1);
    case_long("watch-off", hyp_set_debugreg(7, 0x400), 0);
    case_trap("watch-off-silent", trap_catch(touch, &watched), -1, 0);
    hyp_set_debugreg(6, 0);
    hyp_set_debugreg(0, 0);
}

/* A hypercall, its number in rdi, single-stepped. */
BODY(step_call, "movq %%rdi, %%rax\n xorl %%edi, %%edi\n xorl %%esi, %%esi\n"
                "pushfq\n orq $0x100, (%%rsp)\n popfq\n syscall\n nop\n nop\n nop")

/* Where the trap comes is the same for a hypercall by the straight way and one with a number beyond its
 * table. */
static void check_step(void)
{
    u64 known;

    case_trap("step-trap", trap_catch(step_call, (void *)__HYPERVISOR_xen_version), 1, 0);
    known = trap_last.rip;
    case_trap("step-unknown-trap", trap_catch(step_call, (void *)64), 1, 0);
    case_hex("step-same-place", known, trap_last.rip);
    hyp_set_debugreg(6, 0);
}

void abi_debugreg(void)
{
    abi_calls(calls, ARRAY_SIZE(calls));
    check_watch();
    check_step();
}
