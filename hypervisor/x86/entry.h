/* SPDX-License-Identifier: BSD-2-Clause */
/* What entry.S and straight.S share: where struct context (regs.h) has its registers. For the assembler. */
#ifndef X86_ENTRY_H
#define X86_ENTRY_H

#include "trace/ring.h"
#include "x86/fast.h"
#include "x86/layout.h"

#define REGS      8               /* offset of struct regs in struct context; cpu_stack is at 0 */
#define R(n)      (REGS + (n) * 8)
#define RAX       R(10)
#define RIP       R(16)

/* Pushes the general registers below an error-code word, completing a struct regs at rsp. */
.macro SAVE
        push    %rdi
        push    %rsi
        push    %rdx
        push    %rcx
        push    %rax
        push    %r8
        push    %r9
        push    %r10
        push    %r11
        push    %rbx
        push    %rbp
        push    %r12
        push    %r13
        push    %r14
        push    %r15
.endm

/* The same when they are a guest's: then rdi = its struct context and C can be called on the CPU's stack. */
.macro SAVE_GUEST
        SAVE
        lea     -REGS(%rsp), %rdi
        mov     -REGS(%rsp), %rsp
        xor     %ebp, %ebp
.endm

/* Undoes SAVE; the error-code word is left on the stack. */
.macro RESTORE
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbp
        pop     %rbx
        pop     %r11
        pop     %r10
        pop     %r9
        pop     %r8
        pop     %rax
        pop     %rcx
        pop     %rdx
        pop     %rsi
        pop     %rdi
.endm

#endif
