/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Privileged instructions in the guest kernel: some are carried out by the hypervisor, the others
 * end in #GP(0). CPUID by the forced-emulation prefix, in both modes.
 */
#include "abi.h"
#include "user_code.h"

#include <xen/physdev.h>

BODY(do_hlt, "hlt")
BODY(do_invlpg, "invlpg (%%rdi)")
BODY(do_wbinvd, "wbinvd")
BODY(do_clts, "clts")
BODY(do_cli, "cli")
BODY(do_sti, "sti")
BODY(do_lgdt, "sub $16, %%rsp; lgdt (%%rsp)")
BODY(do_lidt, "sub $16, %%rsp; lidt (%%rsp)")
BODY(do_lldt, "xor %%eax, %%eax; lldt %%ax")
BODY(do_ltr, "xor %%eax, %%eax; ltr %%ax")
BODY(do_swapgs, "swapgs")
BODY(do_sysretq, "sysretq")
BODY(read_cr0, "mov %%cr0, %%rax")
BODY(read_cr2, "mov %%cr2, %%rax")
BODY(read_cr3, "mov %%cr3, %%rax")
BODY(read_cr4, "mov %%cr4, %%rax")
BODY(read_cr8, "mov %%cr8, %%rax")
BODY(write_cr0_pg, "mov %%cr0, %%rax; btr $31, %%rax; mov %%rax, %%cr0")
BODY(write_cr0_same, "mov %%cr0, %%rax; mov %%rax, %%cr0")
BODY(write_cr0_wp, "mov %%cr0, %%rax; btr $16, %%rax; mov %%rax, %%cr0")
BODY(write_cr2, "mov %%rdi, %%cr2")
BODY(write_cr3_same, "mov %%cr3, %%rax; mov %%rax, %%cr3")
BODY(write_cr3, "mov %%rdi, %%cr3")
BODY(write_cr4_same, "mov %%cr4, %%rax; mov %%rax, %%cr4")
BODY(write_cr4_pge, "mov %%cr4, %%rax; bts $7, %%rax; mov %%rax, %%cr4")
BODY(read_dr7, "mov %%dr7, %%rax")
BODY(write_dr7, "mov $0x400, %%eax; mov %%rax, %%dr7")
BODY(read_tsc, "rdtsc")
BODY(read_msr, "mov %%edi, %%ecx; rdmsr")
BODY(write_efer_same, "mov $0xc0000080, %%ecx; rdmsr; wrmsr")
BODY(write_efer_zero, "mov $0xc0000080, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr")
BODY(in_byte, "mov %%edi, %%edx; in %%dx, %%al")
BODY(out_byte, "mov %%edi, %%edx; xor %%eax, %%eax; out %%al, %%dx")
BODY(in_long, "mov %%edi, %%edx; in %%dx, %%eax")
BODY(forced_cpuid, "mov %%edi, %%eax; ud2; .ascii \"xen\"; cpuid")
BODY(forced_other, "ud2; .ascii \"xen\"; nop")

static const struct body_row refused[] = {
    {"hlt", do_hlt, 0, 13, 0},
    {"invlpg", do_invlpg, TEST_VA, 13, 0},
    {"lgdt", do_lgdt, 0, 13, 0},
    {"lidt", do_lidt, 0, 13, 0},
    {"lldt", do_lldt, 0, 13, 0},
    {"ltr", do_ltr, 0, 13, 0},
    {"swapgs", do_swapgs, 0, 13, 0},
    {"sysretq", do_sysretq, 0, 13, 0},
    {"cr8-read", read_cr8, 0, 13, 0},
    {"cr0-clear-pg", write_cr0_pg, 0, 13, 0},
    {"cr0-clear-wp", write_cr0_wp, 0, 13, 0},
    {"cr3-no-frame", write_cr3, 1ul << 45, 13, 0},
    {"efer-zero", write_efer_zero, 0, 13, 0},
    {"msr-unknown", read_msr, 0x12345, 13, 0},
    {"msr-hypervisor", read_msr, 0x40000001, 13, 0},
    {"forced-other", forced_other, 0, 6, 0},
};

static const struct body_row emulated[] = {
    {"wbinvd", do_wbinvd, 0, -1, 0},
    {"clts", do_clts, 0, -1, 0},
    {"cr0-read", read_cr0, 0, -1, 0},
    {"cr2-read", read_cr2, 0, -1, 0},
    {"cr3-read", read_cr3, 0, -1, 0},
    {"cr4-read", read_cr4, 0, -1, 0},
    {"cr0-same", write_cr0_same, 0, -1, 0},
    {"cr2-write", write_cr2, 0x1234, -1, 0},
    {"cr3-same", write_cr3_same, 0, -1, 0},
    {"cr4-same", write_cr4_same, 0, -1, 0},
    {"cr4-pge-ignored", write_cr4_pge, 0, -1, 0},
    {"dr7-read", read_dr7, 0, -1, 0},
    {"dr7-write", write_dr7, 0, -1, 0},
    {"rdtsc", read_tsc, 0, -1, 0},
    {"msr-tsc", read_msr, 0x10, -1, 0},
    {"msr-apic-base", read_msr, 0x1b, -1, 0},
    {"msr-pat", read_msr, 0x277, -1, 0},
    {"msr-efer", read_msr, 0xc0000080, -1, 0},
    {"efer-same", write_efer_same, 0, -1, 0},
    {"forced-cpuid", forced_cpuid, 0x40000000, -1, 0},
};

static u64 control(int which)
{
    u64 value;

    if (which == 0)
        asm volatile("mov %%cr0, %0" : "=r"(value));
    else if (which == 3)
        asm volatile("mov %%cr3, %0" : "=r"(value));
    else
        asm volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

static void check_control_registers(void)
{
    u64 l4 = va_mfn((void *)start_info->pt_base) << PAGE_SHIFT;

    case_hex("cr0-protected-paging", control(0) & 0x80000001, 0x80000001);
    case_hex("cr0-ts-clear", control(0) & 8, 0);
    hyp_fpu_taskswitch(1);
    case_hex("cr0-ts-set", control(0) & 8, 8);
    asm volatile("clts");
    case_hex("cr0-ts-cleared", control(0) & 8, 0);
    case_hex("cr3-is-l4", control(3), l4);
    case_hex("cr4-pae", control(4) & 0x20, 0x20);
    case_hex("cr2-written", vcpu_info()->arch.cr2, 0x1234);
}

static void cpuid_forced(u32 leaf, u32 out[4])
{
    asm volatile("ud2; .ascii \"xen\"; cpuid"
                 : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                 : "0"(leaf), "2"(0));
}

static void check_cpuid(void)
{
    u32 r[4];

    cpuid_forced(0x40000000, r);
    case_true("cpuid-signature", !memcmp(&r[1], "XenVMMXenVMM", 12), "not XenVMMXenVMM");
    case_true("cpuid-leaves", r[0] >= 0x40000002, "fewer than two leaves behind the first");
    cpuid_forced(0x40000001, r);
    case_long("cpuid-version", r[0], hyp_xen_version(0, 0));
    cpuid_forced(0x40000002, r);
    case_true("cpuid-hypercall-msr", r[0] >= 1 && r[1] == 0x40000000, "not one page by 0x40000000");
    case_true("cpuid-preserve-ad", r[2] & 1, "MMU_PT_UPDATE_PRESERVE_AD is not offered");
    cpuid_forced(1, r);
    case_true("cpuid-hides-pse", !(r[3] & (1u << 3 | 1u << 17)), "PSE or PSE36 is offered");
    case_true("cpuid-hypervisor-bit", r[2] >> 31, "bit 31 of leaf 1 ecx is clear");
    cpuid_forced(0x80000001, r);
    case_true("cpuid-hides-1gb-pages", !(r[3] & 1u << 26), "1 GiB pages are offered");
    case_trap("user-forced-cpuid", user_run(user_cpuid, 0), TRAP_SYSCALL, 0);
    case_hex("user-forced-cpuid-ebx", trap_last.rbx, 0x566e6558);
}

static long set_iopl(u32 iopl)
{
    struct physdev_set_iopl arg = {.iopl = iopl};

    return hyp_physdev_op(PHYSDEVOP_set_iopl, &arg);
}

static u8 port_byte(u16 port)
{
    u8 value;

    asm volatile("in %1, %0" : "=a"(value) : "d"(port));
    return value;
}

static void check_ports(void)
{
    case_trap("in-iopl-0", trap_catch(in_byte, (void *)0x80), 13, 0);
    case_trap("out-iopl-0", trap_catch(out_byte, (void *)0x80), 13, 0);
    case_trap("cli-iopl-0", trap_catch(do_cli, NULL), 13, 0);
    case_long("set-iopl", set_iopl(1), 0);
    case_trap("in-iopl-1", trap_catch(in_byte, (void *)0x80), -1, 0);
    case_trap("out-iopl-1", trap_catch(out_byte, (void *)0x80), -1, 0);
    case_trap("in-long-iopl-1", trap_catch(in_long, (void *)0xcf8), -1, 0);
    case_trap("in-pic", trap_catch(in_byte, (void *)0x21), -1, 0);
    case_hex("in-pic-all-ones", port_byte(0x21), 0xff);
    case_trap("out-pic", trap_catch(out_byte, (void *)0x21), -1, 0);
    case_trap("cli-iopl-1", trap_catch(do_cli, NULL), -1, 0);
    case_trap("sti-iopl-1", trap_catch(do_sti, NULL), -1, 0);
    case_long("cli-leaves-mask", vcpu_info()->evtchn_upcall_mask, 0);
    case_trap("user-in-iopl-1", user_run(user_in, 0), 13, 0);
    case_long("set-iopl-3", set_iopl(3), 0);
    case_long("set-iopl-4", set_iopl(4), -EINVAL);
    set_iopl(0);
    case_trap("in-iopl-0-again", trap_catch(in_byte, (void *)0x80), 13, 0);
}

void abi_privileged(void)
{
    set_iopl(0);
    abi_bodies(refused, ARRAY_SIZE(refused));
    abi_bodies(emulated, ARRAY_SIZE(emulated));
    check_control_registers();
    check_cpuid();
    check_ports();
}
