/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leaving a guest and returning to it.
 *
 * A trap from a guest arrives with rsp at the end of the running vCPU's struct context (TSS.RSP0, or the
 * SYSCALL stub), is pushed there as a struct regs, and C runs on the CPU's own stack. A trap inside the
 * hypervisor stays on the stack it found. All ways back to a guest pass exit_to_guest, which asks on_exit
 * whose registers to load, but for the straight ways of entry_syscall. GS is never touched: both its bases are the guest's.
 */
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

        .text

/*
 * trap_stub_N — vector N arrived.
 *   comes with   the processor's frame at rsp, with an error code for the vectors that have one
 *   leaves by    entry_trap, or entry_ist for the vectors with a stack of their own
 */
        .balign 16
        .globl  trap_stubs
trap_stubs:
.set vector, 0
.rept 256
        .balign 16
.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21)
        push    $0
.endif
        movl    $vector, 4(%rsp)
.if vector == 1 || vector == 2 || vector == 8 || vector == 18
        jmp     entry_ist
.else
        jmp     entry_trap
.endif
.set vector, vector + 1
.endr

/*
 * entry_trap — an exception or interrupt, from a guest or from our own code.
 *   comes with   rsp at the error-code word: inside a struct context if cs says ring 3 or rflags VM
 *                [trap.virtual], else our stack
 *   calls        on_guest_entry(struct context *)  or  on_hypervisor_trap(struct regs *)
 *   watch        rflags.AC and DF are the guest's until cld; C needs DF clear
 */
        .balign 16
entry_trap:
        cld
        testb   $3, 16(%rsp)
        jz      2f
1:      SAVE
        lea     -REGS(%rsp), %rdi
        mov     -REGS(%rsp), %rsp
        xor     %ebp, %ebp
        call    on_guest_entry
        jmp     exit_to_guest
2:      testb   $2, 26(%rsp)
        jnz     1b
        SAVE
        mov     %rsp, %rdi
        mov     %rsp, %rbp
        and     $-16, %rsp
        call    on_hypervisor_trap
        mov     %rbp, %rsp
        RESTORE
        add     $8, %rsp
        iretq

/*
 * entry_ist — #DB, NMI, #DF or #MC, on a stack of its own, from anywhere, even from the first
 * instruction of another entry.
 *   calls        on_ist_trap(struct regs *): a context when a guest's #DB was moved there to be
 *                treated like any trap, NULL to resume what was interrupted
 */
entry_ist:
        cld
        SAVE
        mov     %rsp, %rdi
        mov     %rsp, %rbp
        and     $-16, %rsp
        call    on_ist_trap
        test    %rax, %rax
        jnz     1f
        mov     %rbp, %rsp
        RESTORE
        add     $8, %rsp
        iretq
1:      mov     %rax, %rdi
        mov     (%rax), %rsp
        xor     %ebp, %ebp
        call    on_guest_entry
        jmp     exit_to_guest

/*
 * SYSCALL and SYSENTER stubs, one set per CPU: the only way to find memory of ours when neither rsp nor
 * gs can be trusted. syscall_slot[cpu] = { the guest's rsp, end of the running vCPU's struct context }.
 *   comes with   rcx = guest rip, r11 = guest rflags (SYSCALL), rsp = guest's, IF = DF = AC = 0
 */
.macro SYSCALL_STUBS name, target
        .balign 32
        .globl  \name
\name:
.set cpu, 0
.rept MAX_CPUS
        .balign 32
        mov     %rsp, syscall_slot + 16 * cpu(%rip)
        mov     syscall_slot + 16 * cpu + 8(%rip), %rsp
        push    $SEL_GUEST_DS
        push    syscall_slot + 16 * cpu(%rip)
        jmp     \target
.set cpu, cpu + 1
.endr
.endm

SYSCALL_STUBS syscall_stubs, entry_syscall
SYSCALL_STUBS syscall32_stubs, entry_syscall32

/*
 * entry_syscall — SYSCALL from 64-bit guest code: a hypercall, or a system call of guest user code.
 * The two that frame every system call, the bounce into the guest kernel and the iret hypercall back to
 * its user, have a straight way; with anything out of the ordinary they turn back to the C that defines
 * them (pv/bounce.c, pv/iret.c), which begins anew. Other hypercalls go straight to their handlers.
 *   calls        on_hypercall[rax](struct vcpu *, rdi, rsi, rdx, r10), on_sampled_hypercall(the same, rax), or
 *                on_syscall(struct context *)
 */
#define FLAGS_FOR_KERNEL (1 << 8 | 1 << 14 | 1 << 16 | 1 << 17 | 1 << 18) /* TF NT RF VM AC: cleared */
#define FLAGS_HIDDEN     (3 << 12 | 1 << 10)                              /* IOPL DF */
#define FLAGS_IRET_DROPS (3 << 12 | 1 << 17)                              /* IOPL VM */
#define FLAG_IF          (1 << 9)
#define FLAG_TF          (1 << 8)
#define BOUNCE_BYTES     56

#define V(field)         (field - RIP)    /* from rax, which points at the saved rip */

/* Guest memory: a fault here, as a range that is not the guest's, leads to `to`. */
.macro TOUCH to, instruction:vararg
991:    \instruction
        .pushsection .fixup_table, "a"
        .quad   991b, \to
        .popsection
.endm

/* Onto our stack; rcx and r11 are free from here on, the context has them. */
.macro STRAIGHT
        mov     %rax, V(RAX)(%rsp)
        mov     %rsp, %rax
        mov     V(0)(%rax), %rsp
        mov     CPU_SCHED(%rsp), %rcx
        cmpl    $0, (%rcx)
        jne     entry_syscall_back
        testb   $TRACE_TRAP_BIT, trace_mask(%rip)
        jne     entry_syscall_back
.endm

entry_syscall:
        push    %r11
        push    $SEL_GUEST_CS64
        push    %rcx
        cmpb    $0, V(VCPU_IN_USER)(%rsp)
        je      entry_iret
        STRAIGHT

/*
 * A system call of guest user code, bounced.
 *   comes with   rax at the saved rip; rcx, r11 free (the context has them); rsp = struct cpu
 *   wants        no work waiting; a callback that masks events (so none is due after it), which are not
 *                masked now; a kernel stack in the upper half; no IOPL to show
 *   leaves by    SYSRET: the callback is canonical since it was registered (a SYSRET to another address
 *                would fault here, on the guest's stack); rcx and r11 are dead, their values in the frame
 */
        cmpb    $0, V(VCPU_SYSCALL_MASKS)(%rax)
        je      entry_syscall_back
        cmpq    $0, V(VCPU_SYSCALL_ADDRESS)(%rax)
        je      entry_syscall_back
        testl   $VM_ASSIST_SHOWS_IOPL, V(VCPU_VM_ASSIST)(%rax)
        jne     entry_syscall_back
        mov     V(VCPU_INFO)(%rax), %rcx
        cmpb    $0, INFO_MASK(%rcx)
        jne     entry_syscall_back
        mov     V(VCPU_KERNEL_SP)(%rax), %rcx
        and     $-16, %rcx
        sub     $BOUNCE_BYTES, %rcx
        movabs  $HOLE_END, %r11
        cmp     %r11, %rcx
        jb      entry_syscall_back

        movb    $0, V(VCPU_IN_USER)(%rax)
        swapgs
        mov     V(VCPU_KERNEL_L4)(%rax), %r11
        shl     $12, %r11
        mov     %r11, CPU_CR3(%rsp)
        movb    $0, CPU_FLUSH_TLB(%rsp)
        mov     %r11, %cr3

        mov     (%rax), %r11                    /* rip, which SYSCALL put into rcx too */
        TOUCH   bounce_undo, mov %r11, (%rcx)
        TOUCH   bounce_undo, mov %r11, 16(%rcx)
        mov     24(%rax), %r11
        TOUCH   bounce_undo, mov %r11, 40(%rcx)
        TOUCH   bounce_undo, movq $SEL_GUEST_CS64, 24(%rcx)
        TOUCH   bounce_undo, movq $SEL_GUEST_DS, 48(%rcx)
        mov     16(%rax), %r11                  /* rflags, likewise in r11 */
        TOUCH   bounce_undo, mov %r11, 8(%rcx)
        and     $~FLAGS_HIDDEN, %r11
        or      $FLAG_IF, %r11
        TOUCH   bounce_undo, mov %r11, 32(%rcx)
        and     $~FLAGS_FOR_KERNEL, %r11

        mov     %rcx, %rsp
        mov     V(VCPU_INFO)(%rax), %rcx
        movb    $1, INFO_MASK(%rcx)
        mov     V(VCPU_SYSCALL_ADDRESS)(%rax), %rcx
        mov     V(RAX)(%rax), %rax
        sysretq

bounce_undo:
        movb    $1, V(VCPU_IN_USER)(%rax)
        swapgs
        jmp     entry_syscall_back

/*
 * The iret hypercall, to guest user mode.
 *   comes with   rax = number of the hypercall; rsp at the saved rip
 *   wants        a frame in the upper half that returns to user mode with events on, and none pending
 *   leaves by    guest_iretq, with the frame on our stack
 */
entry_iret:
        cmp     $HYPERCALL_IRET, %rax
        jne     entry_hypercall
        STRAIGHT
        mov     V(VCPU_INFO)(%rax), %rcx
        cmpb    $0, INFO_PENDING(%rcx)
        jne     entry_syscall_back
        cmpq    $-1, V(VCPU_USER_L4)(%rax)
        je      entry_syscall_back
        mov     24(%rax), %rcx
        movabs  $HOLE_END, %r11
        cmp     %r11, %rcx
        jb      entry_syscall_back
        TOUCH   entry_syscall_back, pushq 64(%rcx) /* ss */
        orb     $3, (%rsp)
        TOUCH   entry_syscall_back, pushq 56(%rcx) /* rsp */
        TOUCH   entry_syscall_back, pushq 48(%rcx) /* rflags */
        testb   $FLAG_IF >> 8, 1(%rsp)
        je      entry_syscall_back
        andq    $~FLAGS_IRET_DROPS, (%rsp)
        orb     $2, (%rsp)
        TOUCH   entry_syscall_back, pushq 40(%rcx) /* cs */
        mov     (%rsp), %r11d
        not     %r11d
        test    $3, %r11b
        jne     entry_syscall_back
        TOUCH   entry_syscall_back, pushq 32(%rcx) /* rip */
        TOUCH   entry_syscall_back, pushq 8(%rcx)  /* r11 */
        TOUCH   entry_syscall_back, pushq (%rcx)   /* rax */
        TOUCH   entry_syscall_back, pushq 16(%rcx) /* rcx */

        mov     V(VCPU_INFO)(%rax), %rcx
        movb    $0, INFO_MASK(%rcx)
        movb    $1, V(VCPU_IN_USER)(%rax)
        swapgs
        mov     V(VCPU_USER_L4)(%rax), %rcx
        shl     $12, %rcx
        mov     %rcx, CPU_CR3 + 64(%rsp)
        movb    $0, CPU_FLUSH_TLB + 64(%rsp)
        mov     %rcx, %cr3
        pop     %rcx
        pop     %rax
        pop     %r11
        jmp     guest_iretq

/* The general way: the registers as SYSCALL left them, then C. */
entry_syscall_back:
        mov     %rax, %rsp
        mov     (%rsp), %rcx
        mov     16(%rsp), %r11
        mov     V(RAX)(%rsp), %rax
        push    $0
        movl    $0x100, 4(%rsp)
        SAVE
        lea     -REGS(%rsp), %rbx
        mov     -REGS(%rsp), %rsp
        xor     %ebp, %ebp
entry_syscall_c:
        mov     %rbx, %rdi
        call    on_syscall
        jmp     exit_to_guest

/*
 * A hypercall: what on_syscall and exit_to_guest do, when nothing waits. The CPU counts them down; one that comes
 * to 0 is measured, and recorded, by on_sampled_hypercall, which says when the next is.
 *   comes with   rax = number; rsp at the saved rip
 *   wants        behind the handler: no work, no event pending, no flush, a vCPU that runs on, in the upper
 *                half and not single-stepping (SYSRET would trap one instruction earlier than IRETQ)
 *   leaves by    SYSRET; rcx and r11 are what SYSCALL put there, the callee-saved ones are still the guest's
 */
entry_hypercall:
        push    $0
        movl    $0x100, 4(%rsp)
        SAVE
        lea     -REGS(%rsp), %rbx
        mov     -REGS(%rsp), %rsp
        xor     %ebp, %ebp
        subl    $1, CPU_HYPERCALLS(%rsp)
        jle     3f
        cmp     $HYPERCALL_NUMBERS, %rax
        jae     entry_syscall_c
        lea     on_hypercall(%rip), %r11
        movb    $0, VCPU_RESTART_CHANGED(%rbx)
        mov     %r10, %r8
        mov     %rdx, %rcx
        mov     %rsi, %rdx
        mov     %rdi, %rsi
        mov     %rbx, %rdi
        call    *(%r11, %rax, 8)
1:      cmp     $RESULT_RESTART, %rax
        je      2f
        mov     %rax, RAX(%rbx)
        mov     CPU_SCHED(%rsp), %rcx
        cmpl    $0, (%rcx)
        jne     exit_to_guest
        cmpl    $0, VCPU_IS_IDLE(%rbx)          /* nor VCPU_IN_USER, VCPU_CRASHED, VCPU_STATE */
        jne     exit_to_guest
        mov     VCPU_INFO(%rbx), %rcx
        cmpb    $0, INFO_PENDING(%rcx)
        jne     exit_to_guest
        cmpb    $0, CPU_FLUSH_TLB(%rsp)
        jne     exit_to_guest
        mov     RIP(%rbx), %rcx
        movabs  $HOLE_END, %r11
        cmp     %r11, %rcx
        jb      exit_to_guest
        mov     RIP + 16(%rbx), %r11
        test    $FLAG_TF, %r11d
        jne     exit_to_guest
        mov     RIP + 24(%rbx), %rsp
        mov     R(4)(%rbx), %rbp
        mov     R(7)(%rbx), %r10
        mov     R(8)(%rbx), %r9
        mov     R(9)(%rbx), %r8
        mov     R(12)(%rbx), %rdx
        mov     R(13)(%rbx), %rsi
        mov     R(14)(%rbx), %rdi
        mov     R(5)(%rbx), %rbx
        sysretq
2:      mov     %rbx, %rdi
        call    on_restart
        jmp     exit_to_guest
3:      mov     %rax, %r9
        mov     %r10, %r8
        mov     %rdx, %rcx
        mov     %rsi, %rdx
        mov     %rdi, %rsi
        mov     %rbx, %rdi
        call    on_sampled_hypercall
        jmp     1b

entry_syscall32:
        push    %r11
        push    $SEL_GUEST_CS32
        push    %rcx
        push    $0
        movl    $0x101, 4(%rsp)
        jmp     entry_trap_guest

/*
 * entry_sysenter — SYSENTER. The MSR gives rsp = &syscall_slot[cpu]; the instruction saves nothing, so
 * the frame's rip and rsp are 0, as the ABI says.
 *   watch        it leaves TF, NT and AC as the guest had them; NT would make our IRETQ fault for ever
 */
        .globl  entry_sysenter
entry_sysenter:
        mov     8(%rsp), %rsp
        push    $SEL_GUEST_DS
        push    $0
        pushfq
        push    $SEL_GUEST_CS64
        push    $0
        push    $0
        movl    $0x102, 4(%rsp)
        push    $2
        popfq
entry_trap_guest:
        cld
        SAVE
        lea     -REGS(%rsp), %rdi
        mov     -REGS(%rsp), %rsp
        xor     %ebp, %ebp
        call    on_guest_entry

/*
 * exit_to_guest — the way out behind C. The IRET frame is built on the CPU's stack, not in the context, so
 * that a fault of IRETQ itself (a selector the guest broke) has room and finds the context intact.
 *   calls        on_exit(): the context to load
 */
        .globl  exit_to_guest
exit_to_guest:
        call    on_exit
        mov     (%rax), %rsp
        pushq   RIP + 32(%rax)
        pushq   RIP + 24(%rax)
        pushq   RIP + 16(%rax)
        pushq   RIP + 8(%rax)
        pushq   RIP(%rax)
        mov     R(0)(%rax), %r15
        mov     R(1)(%rax), %r14
        mov     R(2)(%rax), %r13
        mov     R(3)(%rax), %r12
        mov     R(4)(%rax), %rbp
        mov     R(5)(%rax), %rbx
        mov     R(6)(%rax), %r11
        mov     R(7)(%rax), %r10
        mov     R(8)(%rax), %r9
        mov     R(9)(%rax), %r8
        mov     R(11)(%rax), %rcx
        mov     R(12)(%rax), %rdx
        mov     R(13)(%rax), %rsi
        mov     R(14)(%rax), %rdi
        mov     RAX(%rax), %rax
        .globl  guest_iretq
guest_iretq:
        iretq

/*
 * on_spin — one turn of a loop that waits for another CPU, called from inline assembly (lib/spin.h).
 *   calls        cpu_answer()
 *   leaves       all registers but the flags as they were
 */
        .globl  on_spin
on_spin:
        push    %rbp
        mov     %rsp, %rbp
        push    %rax
        push    %rcx
        push    %rdx
        push    %rsi
        push    %rdi
        push    %r8
        push    %r9
        push    %r10
        push    %r11
        and     $-16, %rsp
        pause
        call    cpu_answer
        lea     -72(%rbp), %rsp
        pop     %r11
        pop     %r10
        pop     %r9
        pop     %r8
        pop     %rdi
        pop     %rsi
        pop     %rdx
        pop     %rcx
        pop     %rax
        pop     %rbp
        ret

/* enter_on_stack(rsp, function): leaves the current stack for good. */
        .globl  enter_on_stack
enter_on_stack:
        mov     %rdi, %rsp
        xor     %ebp, %ebp
        call    *%rsi
        ud2

        .bss
        .balign 64
        .globl  syscall_slot
syscall_slot:
        .skip   16 * MAX_CPUS

/* Which classes of events are recorded (trace/trace.h); here because the straight ways look at it. */
        .globl  trace_mask
trace_mask:
        .skip   1
