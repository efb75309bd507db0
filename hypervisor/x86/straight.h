/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the straight ways (straight.S) are written in: what each wants first, frames on a guest's stack, registers
 * saved and loaded. rax points at the saved rip of a struct context (V), rsp at the struct cpu. For the assembler.
 */
#ifndef X86_STRAIGHT_H
#define X86_STRAIGHT_H

#include "trace/points.h"
#include "x86/entry.h"

#define FLAGS_FOR_KERNEL (1 << 8 | 1 << 14 | 1 << 16 | 1 << 17 | 1 << 18) /* TF NT RF VM AC: cleared */
#define FLAGS_HIDDEN     (3 << 12 | 1 << 10)                              /* IOPL DF */
#define FLAGS_IRET_DROPS (3 << 12 | 1 << 17)                              /* IOPL VM */
#define FLAGS_IOPL       (3 << 12)
#define FLAG_IF          (1 << 9)
#define FLAG_TF          (1 << 8)
#define FLAG_VM          (1 << 17)
#define BOUNCE_BYTES     56
#define FAULT_BYTES      64

/* Of a page fault's error code; the two that are never shown are ours to know (pv/bounce.c). */
#define ERROR_STORE      3 /* present, write */
#define ERROR_USER       4
#define ERROR_RESERVED   8

#define V(field)         (field - RIP)    /* from rax, which points at the saved rip */

/* Guest memory: a fault here, as a range that is not the guest's, leads to `to`. */
.macro TOUCH to, instruction:vararg
991:    \instruction
        .pushsection .fixup_table, "a"
        .quad   991b, \to
        .popsection
.endm

/* Onto our stack, with rax at the saved rip, when no work waits; rcx is free from here on. */
.macro STRAIGHT back
        mov     %rax, V(RAX)(%rsp)
        mov     %rsp, %rax
        mov     V(0)(%rax), %rsp
        mov     CPU_SCHED(%rsp), %rcx
        cmpl    $0, (%rcx)
        jne     \back
.endm

/* The same, when none of `classes` is recorded. */
.macro STRAIGHT_UNRECORDED classes, back
        STRAIGHT \back
        IF_RECORDED \classes, \back
.endm

/* The CPU counts its hypercalls down, from 0 while they are recorded; the one that ends it is measured. */
.macro COUNT_DOWN ended
        subl    $1, CPU_HYPERCALLS(%rsp)
        jle     \ended
.endm

/* rcx = where a frame of so many bytes goes below the stack pointer in rcx; r11 is used. The guest's half of the
 * address space above the hole only. */
.macro FRAME_PLACE bytes, back
        and     $-16, %rcx
        sub     $\bytes, %rcx
        movabs  $HOLE_END, %r11
        cmp     %r11, %rcx
        jb      \back
.endm

/* The guest kernel's address space and GS; r11 is used. [mode.gs] */
.macro LOAD_KERNEL_MODE
        swapgs
        mov     V(VCPU_KERNEL_L4)(%rax), %r11
        shl     $12, %r11
        mov     %r11, CPU_CR3(%rsp)
        movb    $0, CPU_FLUSH_TLB(%rsp)
        mov     %r11, %cr3
.endm

/* Writes a frame to rcx, when events are not masked: without the error code, which is not there if `iret` is 16. r11 is
 * used; a fault leads to `undo`. */
.macro FRAME iret, selector, undo
        mov     V(R(11))(%rax), %r11
        TOUCH   \undo, mov %r11, (%rcx)
        mov     V(R(6))(%rax), %r11
        TOUCH   \undo, mov %r11, 8(%rcx)
        mov     (%rax), %r11
        TOUCH   \undo, mov %r11, \iret(%rcx)
        movzwl  8(%rax), %r11d
        and     $\selector, %r11d
        TOUCH   \undo, mov %r11, \iret + 8(%rcx)
        mov     16(%rax), %r11
        and     $~FLAGS_IOPL, %r11
        or      $FLAG_IF, %r11
        TOUCH   \undo, mov %r11, \iret + 16(%rcx)
        mov     24(%rax), %r11
        TOUCH   \undo, mov %r11, \iret + 24(%rcx)
        mov     32(%rax), %r11
        TOUCH   \undo, mov %r11, \iret + 32(%rcx)
.endm

/* The error code of a page fault, to its place in the frame. */
.macro FRAME_ERROR hidden
        mov     -8(%rax), %r11d
        and     $~(\hidden), %r11d
        TOUCH   page_fault_undo, mov %r11, 16(%rcx)
.endm

/* A guest's exception on our stack, as STRAIGHT_UNRECORDED, if it can be shown in a frame as FRAME makes it; rcx = its
 * struct vcpu_info, r11 is free. */
.macro STRAIGHT_EXCEPTION back
        add     $8, %rsp
        mov     %rcx, V(R(11))(%rsp)
        mov     %r11, V(R(6))(%rsp)
        STRAIGHT_UNRECORDED TRACE_TRAP_BIT, \back
        testb   $FLAG_VM >> 16, 18(%rax)
        jne     \back
        testl   $VM_ASSIST_SHOWS_IOPL, V(VCPU_VM_ASSIST)(%rax)
        jne     \back
        mov     V(VCPU_INFO)(%rax), %rcx
        cmpw    $0, INFO_PENDING(%rcx)          /* INFO_MASK too */
        jne     \back
.endm

/* Back to where STRAIGHT_EXCEPTION began. */
.macro EXCEPTION_BACK
        lea     -8(%rax), %rsp
        mov     V(R(11))(%rax), %rcx
        mov     V(R(6))(%rax), %r11
        mov     V(RAX)(%rax), %rax
.endm

/* Into a handler of guest kernel mode, on its stack already; rcx = its struct vcpu_info. The two are fields of the vCPU,
 * in the array at r11 if `at` says so. */
.macro ENTER_HANDLER masks, address, at="%rax"
        movb    $0, V(VCPU_IN_USER)(%rax)
        cmpb    $1, V(\masks)(\at)
        sete    INFO_MASK(%rcx)
        mov     V(\address)(\at), %rcx
        mov     16(%rax), %r11
        and     $~FLAGS_FOR_KERNEL, %r11
        mov     V(RAX)(%rax), %rax
        sysretq
.endm

/* SYSCALL's registers, saved as a struct regs below rsp at the saved rip; then rbx = struct context, rsp = struct cpu. */
.macro SAVE_CALL
        mov     16(%rsp), %r11
        push    $0
        movl    $0x100, 4(%rsp)
        SAVE
        lea     -REGS(%rsp), %rbx
        mov     -REGS(%rsp), %rsp
        xor     %ebp, %ebp
.endm

/* Those registers of the struct context at rbx that C may have changed, but for rax, rcx and r11. */
.macro RESTORE_CALL
        mov     R(4)(%rbx), %rbp
        mov     R(7)(%rbx), %r10
        mov     R(8)(%rbx), %r9
        mov     R(9)(%rbx), %r8
        mov     R(12)(%rbx), %rdx
        mov     R(13)(%rbx), %rsi
        mov     R(14)(%rbx), %rdi
        mov     R(5)(%rbx), %rbx
.endm

#endif
