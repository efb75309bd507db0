/* SPDX-License-Identifier: BSD-2-Clause */
/* Code whose every register is given and compared. rdi points at an array of them. */
    .text

/* SYSCALL. Array: rdi rsi rdx r10 r8 r9 rbx rbp r12 r13 r14 r15 rax, and only on return rcx r11. */
    .global ways_call
ways_call:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    push %rdi
    mov %rdi, %rcx
    mov 8(%rcx), %rsi
    mov 16(%rcx), %rdx
    mov 24(%rcx), %r10
    mov 32(%rcx), %r8
    mov 40(%rcx), %r9
    mov 48(%rcx), %rbx
    mov 56(%rcx), %rbp
    mov 64(%rcx), %r12
    mov 72(%rcx), %r13
    mov 80(%rcx), %r14
    mov 88(%rcx), %r15
    mov 96(%rcx), %rax
    mov (%rcx), %rdi
    syscall
    push %rcx
    mov 8(%rsp), %rcx
    mov %rdi, (%rcx)
    mov %rsi, 8(%rcx)
    mov %rdx, 16(%rcx)
    mov %r10, 24(%rcx)
    mov %r8, 32(%rcx)
    mov %r9, 40(%rcx)
    mov %rbx, 48(%rcx)
    mov %rbp, 56(%rcx)
    mov %r12, 64(%rcx)
    mov %r13, 72(%rcx)
    mov %r14, 80(%rcx)
    mov %r15, 88(%rcx)
    mov %rax, 96(%rcx)
    mov %r11, 112(%rcx)
    pop %rax
    mov %rax, 104(%rcx)
    pop %rdi
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

/* Turns until the event callback has run. Array: rax rcx rdx rbx rbp rsi r8 to r15. */
    .global ways_spin
ways_spin:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    push %rdi
    mov (%rdi), %rax
    mov 8(%rdi), %rcx
    mov 16(%rdi), %rdx
    mov 24(%rdi), %rbx
    mov 32(%rdi), %rbp
    mov 40(%rdi), %rsi
    mov 48(%rdi), %r8
    mov 56(%rdi), %r9
    mov 64(%rdi), %r10
    mov 72(%rdi), %r11
    mov 80(%rdi), %r12
    mov 88(%rdi), %r13
    mov 96(%rdi), %r14
    mov 104(%rdi), %r15
1:  cmpl $0, ways_event_came(%rip)
    je 1b
    mov %rax, (%rdi)
    mov %rcx, 8(%rdi)
    mov %rdx, 16(%rdi)
    mov %rbx, 24(%rdi)
    mov %rbp, 32(%rdi)
    mov %rsi, 40(%rdi)
    mov %r8, 48(%rdi)
    mov %r9, 56(%rdi)
    mov %r10, 64(%rdi)
    mov %r11, 72(%rdi)
    mov %r12, 80(%rdi)
    mov %r13, 88(%rdi)
    mov %r14, 96(%rdi)
    mov %r15, 104(%rdi)
    pop %rdi
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

/* Where an iret to kernel mode goes. */
    .global ways_kernel_target
ways_kernel_target:
    int3

    .section .note.GNU-stack, "", @progbits
