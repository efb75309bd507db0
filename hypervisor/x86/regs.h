/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A vCPU's registers as the entry code saves them, and the place where it saves them.
 *
 * The order is that of the ABI's struct cpu_user_regs up to ss. A trap from a guest pushes straight into
 * the vCPU's own struct context (the TSS's RSP0 and the SYSCALL stub point at its end), so registers never
 * have to be copied when a CPU turns to another vCPU.
 */
#ifndef X86_REGS_H
#define X86_REGS_H

#include "lib/types.h"

struct regs {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint32_t error_code;
    uint32_t vector; /* what brought us here: exception or interrupt vector, or one of enum entry */
    uint64_t rip, cs, rflags, rsp, ss;
};

enum entry {
    ENTRY_SYSCALL = 0x100,   /* SYSCALL in 64-bit mode */
    ENTRY_SYSCALL32 = 0x101, /* SYSCALL in compatibility mode (AMD) */
    ENTRY_SYSENTER = 0x102,
};

/* First member of struct vcpu; the hardware wants the end of regs aligned to 16. */
struct context {
    uint64_t cpu_stack; /* stack pointer for C code on the CPU that runs this vCPU */
    struct regs regs;
} __attribute__((aligned(16)));

_Static_assert(sizeof(struct regs) == 168, "struct regs follows struct cpu_user_regs");
_Static_assert((offsetof(struct context, regs) + sizeof(struct regs)) % 16 == 0, "RSP0 alignment");

enum trap {
    TRAP_DE = 0,
    TRAP_DB = 1,
    TRAP_NMI = 2,
    TRAP_BP = 3,
    TRAP_OF = 4,
    TRAP_BR = 5,
    TRAP_UD = 6,
    TRAP_NM = 7,
    TRAP_DF = 8,
    TRAP_TS = 10,
    TRAP_NP = 11,
    TRAP_SS = 12,
    TRAP_GP = 13,
    TRAP_PF = 14,
    TRAP_MF = 16,
    TRAP_AC = 17,
    TRAP_MC = 18,
    TRAP_XM = 19,
};

/* Page-fault error code bits (SDM vol. 3, 4.7). */
enum pf_error {
    PF_PRESENT = 1,
    PF_WRITE = 2,
    PF_USER = 4,
    PF_RESERVED = 8,
    PF_FETCH = 16,
};

enum rflags {
    FLAG_CF = 1 << 0,
    FLAG_TF = 1 << 8,
    FLAG_IF = 1 << 9,
    FLAG_DF = 1 << 10,
    FLAG_IOPL = 3 << 12,
    FLAG_NT = 1 << 14,
    FLAG_RF = 1 << 16,
    FLAG_VM = 1 << 17,
    FLAG_AC = 1 << 18,
};

#endif
