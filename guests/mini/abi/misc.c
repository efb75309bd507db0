/* SPDX-License-Identifier: BSD-2-Clause */
/* console_io, multicall, callback_op, vm_assist, platform and physdev, numbers nobody serves. */
#include "abi.h"

#include <xen/callback.h>
#include <xen/physdev.h>
#include <xen/platform.h>
#include <xen/version.h>

static void check_console(void)
{
    static const struct call_row rows[] = {
        {"console-empty", __HYPERVISOR_console_io, CONSOLEIO_write, 0, 0, 0, 0},
        {"console-bad-pointer", __HYPERVISOR_console_io, CONSOLEIO_write, 4, HOLE_POINTER, 0,
         -EFAULT},
        {"console-unknown", __HYPERVISOR_console_io, 9, 0, 0, 0, -ENOSYS},
    };
    char c[4];

    abi_calls(rows, ARRAY_SIZE(rows));
    case_long("console-read-none", hyp_console_io(CONSOLEIO_read, sizeof(c), c), 0);
}

static void check_multicall(void)
{
    struct multicall_entry calls[3] = {
        {.op = __HYPERVISOR_xen_version, .result = 1},
        {.op = 63, .result = 1},
        {.op = __HYPERVISOR_multicall, .result = 1},
    };

    case_long("multicall", hyp_multicall(calls, 3), 0);
    case_long("multicall-result", (long)calls[0].result, hyp_xen_version(0, 0));
    case_long("multicall-unknown", (long)calls[1].result, -ENOSYS);
    case_either("multicall-nested", (long)calls[2].result, -EINVAL, -ENOSYS);
    case_long("multicall-empty", hyp_multicall(calls, 0), 0);
    case_long("multicall-bad-pointer", hyp_multicall(HOLE_POINTER, 1), -EFAULT);
}

/* A list that can be read, but takes no results. */
static void check_multicall_results(void)
{
    struct multicall_entry *list = page_alloc();

    list[0] = (struct multicall_entry){.op = __HYPERVISOR_xen_version, .result = 1};
    map_page(TEST_VA, pte_make(va_mfn(list), PTE_RO));
    case_long("multicall-read-only", hyp_multicall(TEST_VA, 1), -EFAULT);
    case_long("multicall-no-result", (long)list[0].result, 1);
    map_page(TEST_VA, 0);
}

/*
 * Pointers to where the hypervisor has memory mapped (XSA-212): the table M2P, the direct map of
 * RAM (Xen's and Vantage's lie at the same address) and Vantage's text. Nothing is read or written
 * there.
 */
static void check_hole(void)
{
    static const u64 pointers[] = {HOLE_START, 0xffff828000200000, 0xffff830000100000,
                                   0xffff830000100ff8};

    for (unsigned int i = 0; i < ARRAY_SIZE(pointers); i++) {
        case_long("hole-read", hyp_multicall(pointers[i], 1), -EFAULT);
        case_long("hole-write", hyp_xen_version(XENVER_extraversion, pointers[i]), -EFAULT);
    }
}

extern const char multicall_iret_target[];
asm("    .pushsection .text\n"
    "multicall_iret_target:\n"
    "    int3\n"
    "    .popsection\n");

/* A multicall with the stack pointer at an iret frame, in case one of its entries is an iret. */
BODY(multicall_on_frame,
     "mov %%rsp, %%rbx; mov 16(%0), %%rsi; mov (%0), %%rsp; mov 8(%0), %%rdi; mov $13, %%eax;"
     "syscall; mov %%rbx, %%rsp")

/*
 * An iret among a multicall's entries (XSA-213): refused, or carried out with the rest of the list
 * dropped, as Xen does. What must not happen is that the list goes on in the other mode.
 */
static void check_multicall_iret(void)
{
    struct iret_context frame = {.rip = (u64)multicall_iret_target,
                                 .cs = KERNEL_CS,
                                 .rflags = FLAGS_IF | 2,
                                 .rsp = (u64)trap_stack_top,
                                 .ss = FLAT_KERNEL_SS};
    struct multicall_entry calls[2] = {{.op = __HYPERVISOR_iret, .result = 1},
                                       {.op = __HYPERVISOR_xen_version, .result = 1}};
    u64 args[3] = {(u64)&frame, (u64)calls, 2};
    int got = trap_catch(multicall_on_frame, args);

    case_true("multicall-iret",
              (got == 3 && calls[1].result == 1) || (got == -1 && (long)calls[0].result == -ENOSYS),
              "neither refused nor the end of the list");
}

static void check_callbacks(void)
{
    struct callback_register cb = {.type = CALLBACKTYPE_syscall, .address = NON_CANONICAL};
    struct callback_unregister un = {.type = CALLBACKTYPE_event};

    case_long("callback-non-canonical", hyp_callback_op(CALLBACKOP_register, &cb), -EINVAL);
    cb.type = 99;
    cb.address = (u64)entry_syscall;
    case_long("callback-type-unknown", hyp_callback_op(CALLBACKOP_register, &cb), -ENOSYS);
    case_long("callback-unregister-event", hyp_callback_op(CALLBACKOP_unregister, &un), -EINVAL);
    case_long("callback-unknown", hyp_callback_op(9, &cb), -ENOSYS);
    case_long("callback-bad-pointer", hyp_callback_op(CALLBACKOP_register, HOLE_POINTER), -EFAULT);
    case_long("set-callbacks",
              hyp3(__HYPERVISOR_set_callbacks, entry_event, entry_failsafe, entry_syscall), 0);
}

static void check_platform(void)
{
    struct xen_platform_op op = {.cmd = XENPF_firmware_info, .interface_version = 1};

    case_long("platform-version", hyp_platform_op(&op), -EACCES);
    op.interface_version = XENPF_INTERFACE_VERSION;
    op.cmd = 999;
    case_long("platform-unknown", hyp_platform_op(&op), -ENOSYS);
    op.cmd = XENPF_get_cpuinfo;
    op.u.pcpu_info.xen_cpuid = 0;
    case_long("platform-cpuinfo", hyp_platform_op(&op), 0);
    case_long("platform-bad-pointer", hyp_platform_op(HOLE_POINTER), -EFAULT);
}

static void check_physdev(void)
{
    struct physdev_irq_status_query q = {.irq = 9};
    struct physdev_eoi eoi = {.irq = 100000};

    case_long("physdev-unknown", hyp_physdev_op(999, 0), -ENOSYS);
    case_long("physdev-bad-pointer", hyp_physdev_op(PHYSDEVOP_set_iopl, HOLE_POINTER), -EFAULT);
    case_long("physdev-irq-status", hyp_physdev_op(PHYSDEVOP_irq_status_query, &q), 0);
    case_long("physdev-eoi-no-irq", hyp_physdev_op(PHYSDEVOP_eoi, &eoi), -EINVAL);
}

void abi_misc(void)
{
    static const struct call_row rows[] = {
        {"number-11", 11, 0, 0, 0, 0, -ENOSYS},
        {"number-43", 43, 0, 0, 0, 0, -ENOSYS},
        {"number-63", 63, 0, 0, 0, 0, -ENOSYS},
        {"number-64", 64, 0, 0, 0, 0, -ENOSYS},
        {"number-huge", 1ul << 31, 0, 0, 0, 0, -ENOSYS},
        {"assist-writable-tables", __HYPERVISOR_vm_assist, 0, VMASST_TYPE_writable_pagetables, 0, 0,
         0},
        {"assist-4gb-segments", __HYPERVISOR_vm_assist, 0, VMASST_TYPE_4gb_segments, 0, 0, 0},
        {"assist-unknown-type", __HYPERVISOR_vm_assist, 0, 63, 0, 0, -EINVAL},
        {"assist-huge-type", __HYPERVISOR_vm_assist, 0, 4096, 0, 0, -EINVAL},
        {"assist-unknown-command", __HYPERVISOR_vm_assist, 9, VMASST_TYPE_writable_pagetables, 0, 0,
         -ENOSYS},
    };

    abi_calls(rows, ARRAY_SIZE(rows));
    check_console();
    check_multicall();
    check_multicall_results();
    check_multicall_iret();
    check_hole();
    check_callbacks();
    check_platform();
    check_physdev();
}
