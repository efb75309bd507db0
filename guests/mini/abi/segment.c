/* SPDX-License-Identifier: BSD-2-Clause */
/* Segment bases by hypercall and by MSR, in both modes; the kernel stack of stack_switch. */
#include "abi.h"
#include "user_code.h"

#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

static u64 cells[4] = {0x1001, 0x2002, 0x3003, 0x4004};

BODY(read_msr, "mov %%edi, %%ecx; rdmsr")
/* The MSR's number in the low half of the argument, the page of the value in the upper. */
BODY(write_gs, "mov $0xc0000101, %%ecx; mov %%rdi, %%rax; mov %%rdi, %%rdx; shr $32, %%rdx; wrmsr")
BODY(write_fs, "mov $0xc0000100, %%ecx; mov %%rdi, %%rax; mov %%rdi, %%rdx; shr $32, %%rdx; wrmsr")

static u64 msr(u32 number)
{
    u32 low, high;

    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (u64)high << 32 | low;
}

static u64 fs_cell(void)
{
    u64 value;

    asm volatile("mov %%fs:0, %0" : "=r"(value)::"memory");
    return value;
}

static u64 gs_cell(void)
{
    u64 value;

    asm volatile("mov %%gs:0, %0" : "=r"(value)::"memory");
    return value;
}

static void check_hypercall(void)
{
    case_long("fs", hyp_set_segment_base(SEGBASE_FS, &cells[0]), 0);
    case_hex("fs-used", fs_cell(), cells[0]);
    case_long("gs-kernel", hyp_set_segment_base(SEGBASE_GS_KERNEL, &cells[1]), 0);
    case_hex("gs-kernel-used", gs_cell(), cells[1]);
    case_long("gs-user", hyp_set_segment_base(SEGBASE_GS_USER, USER_CODE), 0);
    case_hex("gs-user-leaves-kernel", gs_cell(), cells[1]);
    case_long("gs-user-selector-null", hyp_set_segment_base(SEGBASE_GS_USER_SEL, 0), 0);
    case_long("gs-user-selector-bad", hyp_set_segment_base(SEGBASE_GS_USER_SEL, 0x1003), 0);
    case_hex("gs-user-selector-leaves-kernel", gs_cell(), cells[1]);
    case_long("fs-non-canonical", hyp_set_segment_base(SEGBASE_FS, NON_CANONICAL), -EINVAL);
    case_long("gs-non-canonical", hyp_set_segment_base(SEGBASE_GS_KERNEL, NON_CANONICAL), -EINVAL);
    case_long("gs-user-non-canonical", hyp_set_segment_base(SEGBASE_GS_USER, NON_CANONICAL),
              -EINVAL);
    case_long("unknown", hyp_set_segment_base(9, 0), -EINVAL);
}

static void check_msr(void)
{
    hyp_set_segment_base(SEGBASE_GS_USER, 0x7654000);
    case_trap("rdmsr", trap_catch(read_msr, (void *)MSR_FS_BASE), -1, 0);
    case_hex("rdmsr-fs", msr(MSR_FS_BASE), (u64)&cells[0]);
    case_hex("rdmsr-gs", msr(MSR_GS_BASE), (u64)&cells[1]);
    case_hex("rdmsr-gs-user", msr(MSR_KERNEL_GS_BASE), 0x7654000);
    case_trap("wrmsr-gs", trap_catch(write_gs, &cells[2]), -1, 0);
    case_hex("wrmsr-gs-used", gs_cell(), cells[2]);
    case_trap("wrmsr-fs", trap_catch(write_fs, &cells[3]), -1, 0);
    case_hex("wrmsr-fs-used", fs_cell(), cells[3]);
    case_trap("wrmsr-gs-non-canonical", trap_catch(write_gs, (void *)NON_CANONICAL), 13, 0);
    case_trap("wrmsr-fs-non-canonical", trap_catch(write_fs, (void *)NON_CANONICAL), 13, 0);
}

static void check_user(void)
{
    u64 want = *(const u64 *)user_start;

    hyp_set_segment_base(SEGBASE_GS_USER, USER_CODE);
    hyp_set_segment_base(SEGBASE_FS, USER_CODE);
    case_trap("user-gs", user_run(user_gs, 0), TRAP_SYSCALL, 0);
    case_hex("user-gs-used", trap_last.rdx, want);
    case_hex("user-gs-kernel-back", gs_cell(), cells[2]);
    case_trap("user-fs", user_run(user_fs, 0), TRAP_SYSCALL, 0);
    case_hex("user-fs-used", trap_last.rdx, want);
}

static u64 frame_at;

static bool note_frame(struct trap_regs *r)
{
    frame_at = (u64)r;
    return false;
}

static void check_stack_switch(void)
{
    u8 *stack = page_alloc();

    trap_hook = note_frame;
    case_long("stack-switch", hyp_stack_switch(FLAT_KERNEL_SS & ~3u, stack + PAGE_SIZE), 0);
    user_run(user_ud2, 0);
    case_hex("stack-switch-used", frame_at & ~(PAGE_SIZE - 1), (u64)stack);
    hyp_stack_switch(FLAT_KERNEL_SS, stack + PAGE_SIZE - 8);
    user_run(user_syscall, 0);
    case_hex("stack-switch-syscall", frame_at & ~(PAGE_SIZE - 1), (u64)stack);
    case_hex("stack-switch-aligned", (frame_at + sizeof(struct trap_regs)) & 15, 0);
    trap_hook = NULL;
    hyp_stack_switch(FLAT_KERNEL_SS, trap_stack_top);
    page_free(stack);
}

void abi_segment(void)
{
    check_hypercall();
    check_msr();
    check_user();
    check_stack_switch();
}
