/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions: the table, each vector with its error code, and the frame as the guest sees it. */
#include "abi.h"
#include "user_code.h"

static const u8 no_execute[16] __attribute__((aligned(4096)));

BODY(do_divide, "xor %%ecx, %%ecx; div %%ecx")
BODY(do_int3, "int3")
BODY(do_ud2, "ud2")
BODY(do_gp_canonical, "mov %%rdi, %%rax; mov (%%rax), %%rax")
BODY(do_read, "mov (%%rdi), %%rax")
BODY(do_write, "movb $0, (%%rdi)")
BODY(do_jump, "call *%%rdi")
BODY(do_single_step, "pushf; orl $0x100, (%%rsp); popf; nop; nop")
BODY(do_int_20, "int $0x20")
BODY(do_int_21, "int $0x21")
BODY(do_fpu, "fnop")

static const struct body_row exceptions[] = {
    {"divide", do_divide, 0, 0, 0},
    {"breakpoint", do_int3, 0, 3, 0},
    {"invalid-opcode", do_ud2, 0, 6, 0},
    {"non-canonical", do_gp_canonical, NON_CANONICAL, 13, 0},
    {"single-step", do_single_step, 0, 1, 0},
    {"page-fault-read", do_read, UNMAPPED_POINTER, 14, 0},
    {"page-fault-write", do_write, UNMAPPED_POINTER, 14, 2},
    {"page-fault-fetch", do_jump, UNMAPPED_POINTER, 14, 0x10},
    {"page-fault-hole-write", do_write, HOLE_START, 14, 3},
    {"m2p-readable", do_read, HOLE_START, -1, 0},
};

static void check_table(void)
{
    struct trap_info bad[2] = {{.vector = 0x30, .cs = FLAT_KERNEL_CS, .address = NON_CANONICAL}};

    case_long("table-non-canonical", hyp_set_trap_table(bad), -EINVAL);
    case_long("table-bad-pointer", hyp_set_trap_table(HOLE_POINTER), -EFAULT);
    case_long("table-unmapped-pointer", hyp_set_trap_table(UNMAPPED_POINTER), -EFAULT);
    case_long("table-none", hyp_set_trap_table(0), 0);
    trap_init();
    case_trap("table-again", trap_catch(do_ud2, NULL), 6, 0);
}

static void check_page_faults(void)
{
    u64 *page = page_alloc();

    page_set_ro(page);
    case_trap("page-fault-read-only", trap_catch(do_write, page), 14, 3);
    case_hex("page-fault-cr2", trap_last_cr2, (u64)page);
    page_set_rw(page);
    map_page((u64)no_execute, pte_make(va_mfn(no_execute), PTE_RO | PTE_NX));
    case_trap("page-fault-no-execute", trap_catch(do_jump, (void *)no_execute), 14, 0x11);
    map_page((u64)no_execute, pte_make(va_mfn(no_execute), PTE_DATA));
    page_free(page);
}

static void check_kernel_frame(void)
{
    trap_catch(do_ud2, NULL);
    case_hex("frame-cs", trap_last.cs & 0xffffffff, KERNEL_CS);
    case_hex("frame-ss", trap_last.ss, FLAT_KERNEL_SS);
    case_hex("frame-if", trap_last.rflags & FLAGS_IF, FLAGS_IF);
    case_hex("frame-iopl", trap_last.rflags & 0x3000, 0);
    case_hex("frame-mask", trap_mask(&trap_last), 0);
    upcall_mask_set(1);
    trap_catch(do_ud2, NULL);
    upcall_mask_set(0);
    case_hex("frame-masked-if", trap_last.rflags & FLAGS_IF, 0);
    case_hex("frame-masked-mask", trap_mask(&trap_last), 1);
    trap_catch(do_int3, NULL);
    case_true("frame-int3-rip", *(const u8 *)(trap_last.rip - 1) == 0xcc, "not behind the INT3");
}

static u8 mask_in_handler;
static u64 frame_end;

/* Notes how the handler was entered and resumes. */
static bool note_entry(struct trap_regs *r)
{
    mask_in_handler = vcpu_info()->evtchn_upcall_mask;
    frame_end = (u64)(r + 1);
    if (r->vector == 6)
        r->rip += 2;
    return true;
}

static void check_mask_on_entry(void)
{
    trap_hook = note_entry;
    do_ud2(NULL);
    case_long("handler-mask-kept", mask_in_handler, 0);
    trap_install(6, 0, true);
    do_ud2(NULL);
    case_long("handler-mask-set", mask_in_handler, 1);
    case_long("handler-mask-restored", vcpu_info()->evtchn_upcall_mask, 0);
    trap_install(6, 0, false);
    asm volatile("mov %%rsp, %%rbx; sub $9, %%rsp; ud2; mov %%rbx, %%rsp" ::: "rbx", "memory");
    case_hex("frame-aligned", frame_end & 15, 0);
    trap_hook = NULL;
}

/* Every register survives a trap that resumes, rcx and r11 (dead over SYSCALL) above all. */
static void check_registers(void)
{
    u64 rax = 1, rcx = 2, rdx = 3, r11 = 4, r10 = 5, r8 = 6;

    trap_hook = note_entry;
    asm volatile("mov %3, %%r11; mov %4, %%r10; mov %5, %%r8; int3; mov %%r11, %3; mov %%r10, %4;"
                 "mov %%r8, %5"
                 : "+a"(rax), "+c"(rcx), "+d"(rdx), "+S"(r11), "+D"(r10), "+b"(r8)::"r8", "r10",
                   "r11", "memory");
    trap_hook = NULL;
    case_true("registers-kept", rax == 1 && rcx == 2 && rdx == 3 && r11 == 4 && r10 == 5 && r8 == 6,
              "a register changed");
}

/* INT n through a gate: QEMU 7.2 pushes n*16+2 for n*8+2, which a hypervisor may or may not see. */
static void check_software_interrupt(void)
{
    int got;

    trap_install(0x20, 3, false);
    got = trap_catch(do_int_20, NULL);
    if (got == 0x40 || (got == 13 && trap_last.error == 0x202))
        case_skip("int-dpl3", "QEMU's error code for INT n");
    else
        case_trap("int-dpl3", got, 0x20, 0);
    got = trap_catch(do_int_21, NULL);
    if (got == 0x42 || (got == 13 && trap_last.error == 0x212))
        case_skip("int-dpl0", "QEMU's error code for INT n");
    else
        case_trap("int-dpl0", got, 13, 0x21 * 8 + 2);
    trap_install(0x20, 0, false);
}

static void check_device_not_available(void)
{
    case_long("fpu-taskswitch-set", hyp_fpu_taskswitch(1), 0);
    case_trap("fpu-not-available", trap_catch(do_fpu, NULL), 7, 0);
    case_trap("fpu-available-after", trap_catch(do_fpu, NULL), -1, 0);
    hyp_fpu_taskswitch(1);
    case_long("fpu-taskswitch-clear", hyp_fpu_taskswitch(0), 0);
    case_trap("fpu-available", trap_catch(do_fpu, NULL), -1, 0);
}

static void check_user(void)
{
    case_trap("user-divide", user_run(user_divide, 0), 0, 0);
    case_trap("user-invalid-opcode", user_run(user_ud2, 0), 6, 0);
    case_hex("user-frame-cs", trap_last.cs & 0xffffffff, FLAT_USER_CS);
    case_hex("user-frame-ss", trap_last.ss, FLAT_USER_SS);
    case_hex("user-frame-rsp", trap_last.rsp, USER_STACK_TOP);
    case_hex("user-frame-rip", trap_last.rip, user_address(user_ud2));
    case_trap("user-breakpoint", user_run(user_int3, 0), 3, 0);
    case_trap("user-page-fault-read", user_run(user_read, UNMAPPED_POINTER), 14, 4);
    case_trap("user-page-fault-write", user_run(user_write, UNMAPPED_POINTER), 14, 6);
    case_trap("user-page-fault-fetch", user_run(user_jump, UNMAPPED_POINTER), 14, 0x14);
    case_trap("user-page-fault-code-write", user_run(user_write, user_address(user_ud2)), 14, 7);
    case_trap("user-kernel-read", user_run(user_read, (u64)&trap_last), 14, 4);
    case_hex("user-kernel-read-cr2", trap_last_cr2, (u64)&trap_last);
    case_trap("user-hlt", user_run(user_hlt, 0), 13, 0);
    case_trap("user-cli", user_run(user_cli, 0), 13, 0);
    case_trap("user-in", user_run(user_in, 0), 13, 0);
    case_trap("user-read-cr3", user_run(user_read_cr3, 0), 13, 0);
    case_trap("user-int3-regs", user_run(user_int3_regs, 0), 3, 0);
    case_true("user-int3-rcx-r11", trap_last.rcx == 0x1111 && trap_last.r11 == 0x2222,
              "rcx or r11 is not the user's");
}

static void check_user_interrupts(void)
{
    trap_install(0x80, 3, false);
    case_trap("user-int80", user_run(user_int80, 0), 0x80, 0);
    trap_install(0x80, 0, false);
    if (user_run(user_int81, 0) == 13 && trap_last.error == 0x81 * 16 + 2)
        case_skip("user-int81-dpl0", "QEMU's error code for INT n");
    else
        case_trap("user-int81-dpl0", (int)trap_last.vector, 13, 0x81 * 8 + 2);
}

void abi_trap(void)
{
    check_table();
    abi_bodies(exceptions, ARRAY_SIZE(exceptions));
    check_page_faults();
    check_kernel_frame();
    check_mask_on_entry();
    check_registers();
    check_software_interrupt();
    check_device_not_available();
    check_user();
    check_user_interrupts();
}
