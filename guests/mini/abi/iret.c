/* SPDX-License-Identifier: BSD-2-Clause */
/* The iret hypercall: what it restores, what it forces, and which frames end in which fault. */
#include "abi.h"
#include "user_code.h"

extern const char iret_target[];
asm("    .pushsection .text\n"
    "iret_target:\n"
    "    int3\n"
    "    .popsection\n");

static u8 small_stack[1024] __attribute__((aligned(16)));

static struct iret_context kernel_frame(void)
{
    return (struct iret_context){.rax = 0xaaaa,
                                 .r11 = 0xbbbb,
                                 .rcx = 0xcccc,
                                 .rip = (u64)iret_target,
                                 .cs = KERNEL_CS,
                                 .rflags = FLAGS_IF | 2,
                                 .rsp = (u64)small_stack + sizeof(small_stack),
                                 .ss = FLAT_KERNEL_SS};
}

static struct iret_context user_frame(const char *code)
{
    return (struct iret_context){.r11 = 0xbbbb,
                                 .rcx = 0xcccc,
                                 .rip = user_address(code),
                                 .cs = FLAT_USER_CS,
                                 .rflags = FLAGS_IF | 2,
                                 .rsp = USER_STACK_TOP - 64,
                                 .ss = FLAT_USER_SS};
}

static void check_kernel(void)
{
    struct iret_context f = kernel_frame();

    case_trap("kernel", iret_catch(&f), 3, 0);
    case_hex("kernel-rip", trap_last.rip, f.rip + 1);
    case_hex("kernel-rsp", trap_last.rsp, f.rsp);
    case_true("kernel-rax-rcx-r11",
              trap_last.rax == 0xaaaa && trap_last.rcx == 0xcccc && trap_last.r11 == 0xbbbb,
              "not as in the frame");
    case_hex("kernel-cs", trap_last.cs & 0xffff, KERNEL_CS);
    case_hex("kernel-mask", trap_mask(&trap_last), 0);
    f.rflags = 2;
    iret_catch(&f);
    case_hex("kernel-no-if-masks", trap_mask(&trap_last), 1);
    f.rflags = FLAGS_IF | 2 | 0x3000 | 0x4000;
    iret_catch(&f);
    case_hex("kernel-no-iopl", trap_last.rflags & 0x3000, 0);
    f.rflags = FLAGS_IF | 2 | 0x400;
    iret_catch(&f);
    case_hex("kernel-direction-flag", trap_last.rflags & 0x400, 0x400);
}

/* Frames the processor refuses: the fault shows the target's rip. */
static void check_bad_frames(void)
{
    struct iret_context f = kernel_frame();

    f.rip = NON_CANONICAL;
    case_trap("rip-non-canonical", iret_catch(&f), 13, 0);
    case_hex("rip-non-canonical-rip", trap_last.rip, NON_CANONICAL);
    f = kernel_frame();
    f.cs = 0x10;
    case_trap("cs-not-in-gdt", iret_catch(&f), 13, 0x10);
    f.cs = 0;
    case_trap("cs-null", iret_catch(&f), 13, 0);
    f.cs = 0xe008;
    case_trap("cs-hypervisor", iret_catch(&f), 13, 0xe008);
    f = kernel_frame();
    f.ss = 0x10;
    case_trap("ss-not-in-gdt", iret_catch(&f), 13, 0x10);
    f.ss = 0xe033;
    case_trap("ss-code", iret_catch(&f), 13, 0xe030);
    f.ss = 0;
    case_trap("ss-null", iret_catch(&f), 13, 0);
    f = kernel_frame();
    f.rip = HOLE_POINTER;
    case_true("rip-in-hole", iret_catch(&f) == 14 && trap_last.rip == HOLE_POINTER,
              "not a page fault at the target");
    f.rip = UNMAPPED_POINTER;
    case_trap("rip-unmapped", iret_catch(&f), 14, 0x10);
}

static void check_user_return(void)
{
    struct iret_context f = user_frame(user_ud2);

    case_trap("user", iret_catch(&f), 6, 0);
    case_true("user-rcx-r11", trap_last.rcx == 0xcccc && trap_last.r11 == 0xbbbb,
              "not as in the frame");
    case_hex("user-cs", trap_last.cs & 0xffff, FLAT_USER_CS);
    case_hex("user-rsp", trap_last.rsp, USER_STACK_TOP - 64);
    f.flags = VGCF_in_syscall;
    case_trap("user-in-syscall", iret_catch(&f), 6, 0);
    case_hex("user-in-syscall-rsp", trap_last.rsp, USER_STACK_TOP - 64);
    f = user_frame(user_flags);
    f.rflags = FLAGS_IF | 2 | 0x3000;
    case_trap("user-flags", iret_catch(&f), TRAP_SYSCALL, 0);
    case_hex("user-flags-if", trap_last.rdx & 0x3200, FLAGS_IF);
    f = user_frame(user_ud2);
    f.rip = NON_CANONICAL;
    case_trap("user-rip-non-canonical", iret_catch(&f), 13, 0);
    case_hex("user-rip-non-canonical-cs", trap_last.cs & 3, 3);
    f = user_frame(user_ud2);
    f.ss = 0x13;
    case_trap("user-ss-not-in-gdt", iret_catch(&f), 13, 0x10);
    f = user_frame(user_ud2);
    f.cs = 0x13;
    case_trap("user-cs-not-in-gdt", iret_catch(&f), 13, 0x10);
    f = user_frame(user_ud2);
    f.rsp = HOLE_POINTER;
    case_trap("user-rsp-in-hole", iret_catch(&f), 6, 0);
}

static void check_syscall(void)
{
    case_trap("syscall", user_run(user_syscall, 7), TRAP_SYSCALL, 0);
    case_hex("syscall-rip", trap_last.rip, user_address(user_syscall_return));
    case_hex("syscall-rax", trap_last.rax, 7);
    case_hex("syscall-rdi", trap_last.rdi, 0x1234);
    case_hex("syscall-rcx", trap_last.rcx, trap_last.rip);
    case_hex("syscall-rsp", trap_last.rsp, USER_STACK_TOP);
    case_hex("syscall-cs", trap_last.cs & 0xffff, FLAT_USER_CS);
    case_hex("syscall-if", trap_last.rflags & FLAGS_IF, FLAGS_IF);
    case_trap("no-hypercall-from-user", user_run(user_syscall, __HYPERVISOR_xen_version),
              TRAP_SYSCALL, 0);
}

/* Events that stay masked send iret and system call through the hypervisor's general way, events on
 * through the straight one: what user mode and kernel see must be the same but for the mask. */
static bool ways_agree(u64 flags, u64 rcx)
{
    struct iret_context f = user_frame(user_flags);
    struct trap_regs straight;

    f.rcx = rcx;
    f.rflags = flags | FLAGS_IF;
    if (iret_catch(&f) != TRAP_SYSCALL)
        return false;
    straight = trap_last;
    f.rflags = flags;
    if (iret_catch(&f) != TRAP_SYSCALL || trap_mask(&straight) || !trap_mask(&trap_last))
        return false;
    return straight.rax == trap_last.rax && straight.rcx == trap_last.rcx &&
           straight.rdx == trap_last.rdx && straight.r11 == trap_last.r11 &&
           straight.rip == trap_last.rip && (u16)straight.cs == (u16)trap_last.cs &&
           straight.rflags == (trap_last.rflags | FLAGS_IF) && straight.rsp == trap_last.rsp &&
           straight.ss == trap_last.ss;
}

static void check_both_ways(void)
{
    const u64 tried = 0x40cd5 | 0x7000; /* status flags, DF, IOPL, NT, AC */
    u64 random = 1, differ = 0;

    for (unsigned i = 0; i < 200; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        differ += !ways_agree((random >> 32 & tried) | 2, random);
    }
    case_hex("both-ways-agree", differ, 0);
}

void abi_iret(void)
{
    check_both_ways();
    check_kernel();
    check_bad_frames();
    check_user_return();
    check_syscall();
}
