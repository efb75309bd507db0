/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shortest handlers there can be, and loops that raise what they handle. A bounce frame is rcx,
 * r11, an error code for page faults, then what IRET would pop; the way back is the iret hypercall,
 * which wants rax, r11, rcx and flags before the same.
 */
#include "../lib/mini_asm.h"

    .text

    .macro GO_BACK
    push $0
    push %rcx
    push %r11
    push %rax
    mov $HYP_IRET, %eax
    syscall
    .endm

    .macro HANDLER name
    .global \name
    .balign 16
\name:
    pop %rcx
    pop %r11
    .endm

/* For a system call: nothing to skip. */
HANDLER handler_iret
    GO_BACK

/* For a fault of `mov (%rsi), %rdi`: 3 bytes, and an error code to drop. */
HANDLER handler_skip_fault
    add $8, %rsp
    addq $3, (%rsp)
    GO_BACK

/* For `ud2`: 2 bytes. */
HANDLER handler_skip_ud2
    addq $2, (%rsp)
    GO_BACK

/* iret_loop(rdi: count): goes through the iret hypercall to the next line. */
    .global iret_loop
iret_loop:
    mov %rsp, %rdx
    push $0xe02b
    push %rdx
    push $0x202
    push $0xe030
    lea 1f(%rip), %rcx
    push %rcx
    GO_BACK
1:  dec %rdi
    jnz iret_loop
    ret

/* fault_loop(rdi: count, rsi: an address that is not mapped) */
    .global fault_loop
fault_loop:
    mov %rdi, %rdx
1:  mov (%rsi), %rdi
    dec %rdx
    jnz 1b
    ret

/* ud2_loop(rdi: count) */
    .global ud2_loop
ud2_loop:
    ud2
    dec %rdi
    jnz ud2_loop
    ret

/* User mode: rax brings the count; r8 and r9 take the clock away; ends in a breakpoint. */
    .macro CLOCK to
    lfence
    rdtsc
    shl $32, %rdx
    or %rax, %rdx
    mov %rdx, \to
    .endm

    .section .user, "ax"
    .global user_syscalls
user_syscalls:
    mov %rax, %rbx
    CLOCK %r8
1:  syscall
    dec %rbx
    jnz 1b
    CLOCK %r9
    int3

    .global user_faults
user_faults:
    mov %rax, %rbx
    xor %esi, %esi
    CLOCK %r8
1:  mov (%rsi), %rdi
    dec %rbx
    jnz 1b
    CLOCK %r9
    int3

    .section .note.GNU-stack, "", @progbits
