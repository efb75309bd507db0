/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leaving a guest and returning to it.
 *
 * A trap from a guest arrives with rsp at the end of the running vCPU's struct context (TSS.RSP0, or the
 * SYSCALL stub), is pushed there as a struct regs, and C runs on the CPU's own stack. A trap inside the
 * hypervisor stays on the stack it found. All ways back to a guest pass exit_to_guest, which asks on_exit
 * whose registers to load, but for the straight ways (straight.S). GS is never touched: both its bases are the guest's.
 */
#include "x86/entry.h"
#include "x86/fast.h"
#include "x86/layout.h"

        .text

/*
 * trap_stub_N — vector N arrived.
 *   comes with   the processor's frame at rsp, with an error code for the vectors that have one
 *   leaves by    entry_trap, entry_page_fault, entry_exception, or entry_ist for the vectors with a stack of their own
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
.elseif vector == 14
        jmp     entry_page_fault
.elseif vector == 0 || vector == 3 || vector == 4 || vector == 6 || vector == 16 || vector == 19
        jmp     entry_exception
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
        .globl  entry_trap
entry_trap:
        cld
        testb   $3, 16(%rsp)
        jz      2f
1:      SAVE_GUEST
        call    on_guest_entry
        jmp     exit_quickly
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
        SAVE_GUEST
        call    on_guest_entry

/*
 * exit_quickly — exit_to_guest, without C when nothing waits but the event callback: no work, a vCPU that may run on,
 * no flush. The rest is on_exit's.
 *   comes with   rsp = struct cpu
 */
        .globl  exit_quickly
exit_quickly:
        mov     CPU_SCHED(%rsp), %rcx
        mov     CPU_CURRENT(%rsp), %rax
        cmpl    $0, (%rcx)
        jne     exit_to_guest
        testl   $~VCPU_MODE_BITS, VCPU_IS_IDLE(%rax)
        jne     exit_to_guest
        mov     VCPU_INFO(%rax), %rcx
        cmpb    $0, INFO_PENDING(%rcx)
        je      1f
        cmpb    $0, INFO_MASK(%rcx)
        je      exit_upcall
1:      cmpb    $0, CPU_FLUSH_TLB(%rsp)
        je      load_guest

/*
 * exit_to_guest — the way out behind C. The IRET frame is built on the CPU's stack, not in the context, so
 * that a fault of IRETQ itself (a selector the guest broke) has room and finds the context intact.
 *   calls        on_exit(): the context to load
 */
        .globl  exit_to_guest
exit_to_guest:
        call    on_exit
        .globl  load_guest
load_guest:
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
