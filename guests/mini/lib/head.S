/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Getting into the guest and back out: the first instruction, the trap, event, system-call and
 * failsafe entries, and the only ways out (the iret hypercall, trap_catch's return).
 *
 * What the hypervisor pushes            what the entries make of it (struct trap_regs)
 *      ss                                    ss
 *      rsp                                   rsp
 *      rflags (IF = event mask was 0)        rflags
 *      cs | event mask << 32                 cs | event mask << 32
 *      rip                                   rip
 *      error code, some vectors only         error code, or 0
 *      r11                                   vector
 *      rcx     <- rsp on entry               rax, rcx, rdx, ... r15   <- struct trap_regs *
 */
#include "mini_asm.h"

    .text

/*
 * mini_entry: the hypervisor starts the guest.
 *   comes with   rsi = start_info, rsp = the builder's stack (not used)
 *   calls        mini_start(struct start_info *), which does not return
 */
    .global mini_entry
mini_entry:
    cld
    lea boot_stack_top(%rip), %rsp
    xor %ebp, %ebp
    mov %rsi, %rdi
    call mini_start
    ud2

    .macro SAVE
    push %rax
    push %rcx
    push %rdx
    push %rbx
    push %rbp
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    .endm

    .macro RESTORE
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rbp
    pop %rbx
    pop %rdx
    pop %rcx
    pop %rax
    .endm

/*
 * entry_common: all entries meet here.
 *   comes with   the frame drawn above down to `vector`; all other registers the interrupted code's
 *   calls        on_trap(struct trap_regs *)
 *   leaves by    the iret hypercall, with the frame as on_trap left it
 *   watch        a kernel-mode frame lies on the interrupted stack, at any depth
 */
entry_common:
    SAVE
    cld
    mov %rsp, %rdi
    mov %rsp, %rbx
    and $-16, %rsp
    call on_trap
    mov %rbx, %rsp
    RESTORE
    add $16, %rsp
exit_iret:
    push $0
    push %rcx
    push %r11
    push %rax
    mov $HYP_IRET, %eax
    syscall
    ud2

/*
 * trap_stubs: 256 stubs of 16 bytes, one per vector. Vectors 8, 10-14, 17 and 21 come with an error
 * code, the others get a zero in its place.
 */
    .balign 16
    .global trap_stubs
trap_stubs:
    .set vector, 0
    .rept 256
    .balign 16
    pop %rcx
    pop %r11
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21)
    push $0
    .endif
    push $vector
    jmp entry_common
    .set vector, vector + 1
    .endr

    .macro CALLBACK name, number
    .global \name
\name:
    pop %rcx
    pop %r11
    push $0
    push $\number
    jmp entry_common
    .endm

    CALLBACK entry_event, TRAP_EVENT
    CALLBACK entry_syscall, TRAP_SYSCALL
    CALLBACK entry_syscall32, TRAP_SYSCALL32
    CALLBACK entry_sysenter, TRAP_SYSENTER
    CALLBACK entry_nmi, TRAP_NMI_CALLBACK

/* entry_failsafe: four selectors lie between r11 and rip; they are dropped. */
    .global entry_failsafe
entry_failsafe:
    pop %rcx
    pop %r11
    add $32, %rsp
    push $0
    push $TRAP_FAILSAFE
    jmp entry_common

/*
 * iret_raw(struct iret_context *): the iret hypercall with a frame of the caller's choice.
 *   watch        does not return; whatever the frame says happens
 */
    .global iret_raw
iret_raw:
    mov %rdi, %rsp
    mov $HYP_IRET, %eax
    syscall
    ud2

/*
 * int trap_catch(void (*body)(void *), void *arg): runs body(arg).
 *   returns      -1, or the number of the trap that ended body (its frame is in trap_last)
 *   watch        on_trap leaves a caught trap by an iret to trap_unwind with rsp = trap_recover
 */
    .global trap_catch
trap_catch:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    sub $8, %rsp
    mov %rsp, trap_recover(%rip)
    mov %rdi, %rax
    mov %rsi, %rdi
    call *%rax
    movq $0, trap_recover(%rip)
    mov $-1, %eax
    jmp 1f
    .global trap_unwind
trap_unwind:
    cld
    mov trap_last + TRAP_REGS_VECTOR(%rip), %eax
1:  add $8, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret

    .section .bss
    .balign 4096
boot_stack:
    .skip 32768
boot_stack_top:
    .global trap_stack_top
trap_stack:
    .skip 16384
trap_stack_top:
    .global trap_recover
trap_recover:
    .skip 8

    .section .note.GNU-stack, "", @progbits
