/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User-mode code of the ABI test: short runs that end in a trap. rax brings an argument; what a run
 * has to tell is in its registers when it traps.
 */
    .section .user, "ax"

    .macro CODE name
    .global \name
    .balign 16
\name:
    .endm

CODE user_syscall
    mov $0x1234, %edi
    syscall
    .global user_syscall_return
user_syscall_return:
    ud2

CODE user_ud2
    ud2

CODE user_divide
    xor %ecx, %ecx
    div %ecx

CODE user_read
    mov (%rax), %rdx
    syscall

CODE user_write
    mov %rdx, (%rax)
    syscall

CODE user_jump
    jmp *%rax

CODE user_hlt
    hlt

CODE user_cli
    cli

CODE user_in
    in $0x80, %al

CODE user_read_cr3
    mov %cr3, %rdx

CODE user_int3
    int3

CODE user_int80
    int $0x80

CODE user_int81
    int $0x81

CODE user_gs
    mov %gs:0, %rdx
    syscall

CODE user_fs
    mov %fs:0, %rdx
    syscall

CODE user_cpuid
    mov $0x40000000, %eax
    ud2
    .ascii "xen"
    cpuid
    syscall

CODE user_flags
    pushf
    pop %rdx
    syscall

CODE user_int3_regs
    mov $0x1111, %ecx
    mov $0x2222, %r11d
    int3

CODE user_wait
    lea 1(%rax), %rbx
    lea 2(%rax), %rdx
    lea 3(%rax), %rsi
    lea 4(%rax), %rdi
    lea 5(%rax), %rbp
    lea 6(%rax), %r8
    lea 7(%rax), %r9
    lea 8(%rax), %r10
    lea 9(%rax), %r12
    lea 10(%rax), %r13
    lea 11(%rax), %r14
    lea 12(%rax), %r15
    mov $0x8000, %ecx
1:  dec %ecx
    jnz 1b
    syscall

CODE user_sysenter
    sysenter

CODE user_load_fs
    mov %eax, %fs
    ud2

CODE user_read_gs
    mov %gs, %edx
    ud2

CODE user_iret
    iretq

    .section .note.GNU-stack, "", @progbits
