/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The straight ways: from a guest and back without C, or around one C function, when nothing is out of the
 * ordinary. What one wants is tested before anything is changed; else it turns back to the general way (entry.S and
 * the C that defines what happens: pv/bounce.c, pv/iret.c, pv/fault.c, pv/exit.c, pv/callbacks.c, pv/segments.c), which
 * begins anew. While anything of its class is recorded the general way is taken, so both can be compared.
 *
 * [straight.same]  a guest cannot tell which way was taken
 * [straight.stack] guest memory and selectors are touched on the CPU's stack, never with rsp in a struct context
 *
 * [straight.sysret] What SYSRET does not forgive (SDM vol. 2, SYSRET; AMD APM vol. 3):
 *   rip           Intel's raises #GP in ring 0, with the guest's rsp, if rcx is not canonical: it is an entry point
 *                 that was canonical when registered, or an address above the hole, hence not behind the last SYSCALL
 *                 of the lower half
 *   rsp           from its load on, we are on the guest's stack in ring 0: nothing is pushed, interrupts are off (entry
 *                 by SYSCALL's mask or an interrupt gate), NMI, #MC and #DB have stacks of their own
 *   TF            would trap one instruction earlier than behind IRETQ: a guest that single-steps goes the general way
 *   RF, VM        are cleared whatever r11 says; no frame of ours has VM, and RF is for the faulting instruction alone,
 *                 which is not what runs next. IOPL is loaded, and 0 as in any flags we ever saved
 *   ss            AMD's loads the selector and leaves the descriptor, null behind a fault: in 64-bit mode nobody looks at
 *                 it, and the way to 32-bit code is IRETQ, which loads both
 *   rcx, r11      are lost: where the guest may want them, they are in the frame, or as SYSCALL put them
 */
#include "x86/straight.h"

        .text

/*
 * entry_syscall — SYSCALL from 64-bit guest code: a hypercall, or a system call of guest user code.
 *   calls        on_hypercall[rax](struct vcpu *, rdi, rsi, rdx, r10), on_sampled_hypercall(the same, rax), or
 *                on_syscall(struct context *)
 */
        .globl  entry_syscall
entry_syscall:
        push    %r11
        push    $SEL_GUEST_CS64
        push    %rcx
        cmpb    $0, V(VCPU_IN_USER)(%rsp)
        je      entry_kernel_call
        STRAIGHT_UNRECORDED TRACE_TRAP_BIT, entry_syscall_back

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
        FRAME_PLACE BOUNCE_BYTES, entry_syscall_back

        movb    $0, V(VCPU_IN_USER)(%rax)
        LOAD_KERNEL_MODE

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
 * The iret hypercall.
 *   comes with   rax = number of the hypercall; rsp at the saved rip
 *   wants        a frame in the upper half that returns with events on, and none pending
 *   leaves by    guest_iretq, with the frame on our stack
 */
entry_kernel_call:
        cmp     $HYPERCALL_IRET, %rax
        jne     entry_other_call
        STRAIGHT_UNRECORDED TRACE_TRAP_BIT, entry_syscall_back
        mov     V(VCPU_INFO)(%rax), %rcx
        cmpb    $0, INFO_PENDING(%rcx)
        jne     entry_syscall_back
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
        TOUCH   entry_syscall_back, pushq 32(%rcx) /* rip */
        test    $3, %r11b
        jne     2f
        cmpq    $-1, V(VCPU_USER_L4)(%rax)
        je      entry_syscall_back
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
1:      pop     %rcx
        pop     %rax
        pop     %r11
        jmp     guest_iretq

2:      orb     $3, 8(%rsp)                     /* to guest kernel mode, where we are */
        TOUCH   entry_syscall_back, pushq 8(%rcx)
        TOUCH   entry_syscall_back, pushq (%rcx)
        TOUCH   entry_syscall_back, pushq 16(%rcx)
        mov     V(VCPU_INFO)(%rax), %rcx
        movb    $0, INFO_MASK(%rcx)
        jmp     1b

/* The general way: the registers as SYSCALL left them, then C. */
entry_syscall_back:
        mov     %rax, %rsp
        mov     V(RAX)(%rsp), %rax
entry_hypercall_c:
        mov     (%rsp), %rcx
        SAVE_CALL
        mov     %rbx, %rdi
        call    on_syscall
        jmp     exit_to_guest

/* A hypercall that is not iret: to its straight way, which is entry_hypercall for most. */
entry_other_call:
        cmp     $HYPERCALL_NUMBERS, %rax
        jae     entry_hypercall_c
        lea     straight_ways(%rip), %r11
        jmp     *(%r11, %rax, 8)

/*
 * stack_switch and set_segment_base, of which Linux makes four for each context switch: no C, and so no
 * register to save. Doing them twice is doing them once, so the general way may follow.
 *   comes with   rax = number, rdi and rsi = arguments; rsp at the saved rip
 *   wants        no work waiting, no event pending, the upper half, no single step; to be measured: straight_measured
 *   leaves by    SYSRET, as entry_hypercall does
 */
straight_stack_switch:
        STRAIGHT straight_back
        COUNT_DOWN straight_measured
        mov     %edi, %ecx
        or      $3, %ecx
        movzwl  %cx, %ecx
        mov     %rcx, V(VCPU_KERNEL_SS)(%rax)
        mov     %rsi, V(VCPU_KERNEL_SP)(%rax)
straight_return:
        mov     V(VCPU_INFO)(%rax), %rcx
        cmpb    $0, INFO_PENDING(%rcx)
        jne     straight_back
        cmpl    $ABOVE_HOLE, 4(%rax)
        jb      straight_back
        mov     (%rax), %rcx
        mov     16(%rax), %r11
        test    $FLAG_TF, %r11d
        jne     straight_back
        mov     24(%rax), %rsp
        xor     %eax, %eax
        sysretq

straight_segment_base:
        STRAIGHT straight_back
        COUNT_DOWN straight_measured
        cmp     $SEGBASE_USER_SEL, %edi
        je      1f
        ja      straight_back
        mov     %rsi, %rcx
        shl     $16, %rcx
        sar     $16, %rcx
        cmp     %rsi, %rcx
        jne     straight_back
        mov     %edi, %ecx
        lea     segment_base_msr(%rip), %r11
        mov     (%r11, %rcx, 4), %ecx
        mov     %rdx, V(R(12))(%rax)
        mov     %rax, %r11
        mov     %esi, %eax
        mov     %rsi, %rdx
        shr     $32, %rdx
        wrmsr
        mov     %r11, %rax
        mov     V(R(12))(%rax), %rdx
        jmp     straight_return
1:      swapgs
        TOUCH   straight_bad_selector, mov %esi, %gs
        swapgs
        jmp     straight_return

straight_bad_selector:
        swapgs                                  /* the general way makes it the null selector */
straight_back:
        mov     %rax, %rsp
        mov     (%rsp), %rcx
        mov     V(RAX)(%rsp), %rax
        jmp     entry_hypercall

/*
 * The same two when they are measured: the whole call in C, but only the registers saved that C changes.
 *   comes with   rax at the saved rip, the number in the context; rcx, r11 free; rsp = struct cpu
 *   calls        on_sampled_hypercall, whose handler looks at no register of these two
 *   leaves by    SYSRET; or, when anything waits, with all registers saved after all
 */
straight_measured:
        movl    $0, CPU_HYPERCALLS(%rsp)
        push    %rax
        push    %rbp
        push    %rdi
        push    %rsi
        push    %rdx
        push    %r10
        push    %r9
        push    %r8
        mov     V(RAX)(%rax), %r9
        mov     %r10, %r8
        mov     %rdx, %rcx
        mov     %rsi, %rdx
        mov     %rdi, %rsi
        lea     V(0)(%rax), %rdi
        xor     %ebp, %ebp
        call    on_sampled_hypercall
        pop     %r8
        pop     %r9
        pop     %r10
        pop     %rdx
        pop     %rsi
        pop     %rdi
        pop     %rbp
        mov     CPU_SCHED + 8(%rsp), %rcx
        cmpl    $0, (%rcx)
        pop     %rcx
        jne     1f
        cmpl    $0, V(VCPU_IS_IDLE)(%rcx)       /* nor VCPU_IN_USER, VCPU_CRASHED, VCPU_STATE */
        jne     1f
        mov     V(VCPU_INFO)(%rcx), %r11
        cmpb    $0, INFO_PENDING(%r11)
        jne     1f
        cmpb    $0, CPU_FLUSH_TLB(%rsp)
        jne     1f
        cmpl    $ABOVE_HOLE, 4(%rcx)
        jb      1f
        mov     16(%rcx), %r11
        test    $FLAG_TF, %r11d
        jne     1f
        mov     24(%rcx), %rsp
        mov     (%rcx), %rcx
        sysretq
1:      mov     %rcx, %rsp
        mov     (%rsp), %rcx
        SAVE_CALL
        jmp     exit_to_guest

/*
 * A hypercall: what on_syscall and exit_to_guest do, when nothing waits but a flush or the event callback. One that is
 * measured or recorded goes through on_sampled_hypercall, which says when the next is.
 *   comes with   rax = number, below HYPERCALL_NUMBERS; rsp at the saved rip
 *   wants        behind the handler: no work, a vCPU that runs on, above the hole, and not single-stepping
 *   leaves by    SYSRET; rcx and r11 are what SYSCALL put there, the callee-saved ones are still the guest's
 */
entry_hypercall:
        SAVE_CALL
        COUNT_DOWN 3f
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
        jne     entry_upcall
        cmpb    $0, CPU_FLUSH_TLB(%rsp)
        jne     5f
4:      cmpl    $ABOVE_HOLE, RIP + 4(%rbx)
        jb      exit_quickly
        mov     RIP(%rbx), %rcx
        mov     RIP + 16(%rbx), %r11
        test    $FLAG_TF, %r11d
        jne     exit_quickly
        mov     RIP + 24(%rbx), %rsp
        RESTORE_CALL
        sysretq
2:      mov     %rbx, %rdi
        call    on_restart
        jmp     exit_to_guest
3:      movl    $0, CPU_HYPERCALLS(%rsp)
        mov     %rax, %r9
        mov     %r10, %r8
        mov     %rdx, %rcx
        mov     %rsi, %rdx
        mov     %rdi, %rsi
        mov     %rbx, %rdi
        call    on_sampled_hypercall
        jmp     1b
5:      movb    $0, CPU_FLUSH_TLB(%rsp)
        mov     CPU_CR3(%rsp), %rcx
        mov     %rcx, %cr3
        IF_RECORDED TRACE_MMU_BIT, 6f
        jmp     4b
6:      mov     %rcx, %rdi
        call    on_tlb_empty
        mov     RAX(%rbx), %rax
        jmp     4b

/*
 * exit_upcall, entry_upcall — the event callback, bounced to behind a trap or interrupt, or behind a hypercall.
 *   comes with   all registers in the struct context of the vCPU that runs on, at rax; or all but the callee-saved ones
 *                in that at rbx; rcx = its struct vcpu_info, an event pending; rsp = struct cpu
 *   wants        events not masked, the delay not measured; no flush, no IOPL to show; a callback that masks, a stack
 *                in the upper half
 *   leaves by    SYSRET: the callback is canonical since it was registered; or by exit_to_guest, to do it in C
 */
        .globl  exit_upcall
exit_upcall:
        mov     %rax, %rbx
        mov     R(0)(%rbx), %r15
        mov     R(1)(%rbx), %r14
        mov     R(2)(%rbx), %r13
        mov     R(3)(%rbx), %r12
entry_upcall:
        cmpb    $0, INFO_MASK(%rcx)
        jne     exit_quickly
        IF_RECORDED TRACE_EVENT_BIT, exit_to_guest
        cmpb    $0, CPU_FLUSH_TLB(%rsp)
        jne     exit_to_guest
        cmpq    $0, VCPU_PENDING_SINCE(%rbx)
        jne     exit_to_guest
        cmpb    $0, VCPU_EVENT_MASKS(%rbx)
        je      exit_to_guest
        testl   $VM_ASSIST_SHOWS_IOPL, VCPU_VM_ASSIST(%rbx)
        jne     exit_to_guest
        lea     RIP(%rbx), %rax
        cmpb    $0, VCPU_IN_USER(%rbx)
        jne     1f
        mov     24(%rax), %rcx
        FRAME_PLACE BOUNCE_BYTES, exit_to_guest
        FRAME   16, 0xfffc, exit_to_guest
2:      RESTORE_CALL
        mov     %rcx, %rsp
        mov     V(VCPU_INFO)(%rax), %rcx
        ENTER_HANDLER VCPU_EVENT_MASKS, VCPU_EVENT_ADDRESS

1:      mov     V(VCPU_KERNEL_SP)(%rax), %rcx
        FRAME_PLACE BOUNCE_BYTES, exit_to_guest
        LOAD_KERNEL_MODE
        FRAME   16, 0xffff, upcall_undo
        jmp     2b

upcall_undo:
        swapgs
        jmp     exit_to_guest

/*
 * entry_page_fault — a page fault.
 *   comes with   rsp at the error-code word, as entry_trap, which takes all faults but a guest's
 *   wants        no work waiting, no trap recorded; no event pending or masked, no IOPL to show, a handler and a
 *                stack in the upper half; an address outside our hole (it may be in the LDT window)
 *   calls        on_page_fault(struct context *) when a guest kernel stores to a present page, which may be a page
 *                table
 *   leaves by    SYSRET into the handler: its address is canonical since it was registered; rcx and r11 are dead,
 *                their values in the frame. Else by entry_trap, to begin anew
 */
        .globl  entry_page_fault
entry_page_fault:
        testb   $3, 16(%rsp)
        jz      entry_trap
        cmpb    $ERROR_STORE | ERROR_USER, (%rsp)
        je      entry_store
fault_of_guest:
        STRAIGHT_EXCEPTION exception_back
        cmpq    $0, V(VCPU_FAULT_ADDRESS)(%rax)
        je      exception_back
        mov     %cr2, %r11
        mov     %r11, V(R(12))(%rax)            /* a free place; a second fault would overwrite CR2 */
        sar     $HOLE_SHIFT, %r11
        cmp     $HOLE_PREFIX, %r11
        je      exception_back
        cmpb    $0, V(VCPU_IN_USER)(%rax)
        je      1f

        mov     V(VCPU_KERNEL_SP)(%rax), %rcx
        FRAME_PLACE FAULT_BYTES, exception_back
        LOAD_KERNEL_MODE
        FRAME_ERROR ERROR_RESERVED
        FRAME   24, 0xffff, page_fault_undo
        jmp     2f

1:      mov     24(%rax), %rcx
        FRAME_PLACE FAULT_BYTES, exception_back
        FRAME_ERROR ERROR_RESERVED | ERROR_USER
        FRAME   24, 0xfffc, page_fault_undo

2:      mov     %rcx, %rsp
        mov     V(VCPU_INFO)(%rax), %rcx
        mov     V(R(12))(%rax), %r11
        mov     %r11, INFO_CR2(%rcx)
        ENTER_HANDLER VCPU_FAULT_MASKS, VCPU_FAULT_ADDRESS

entry_store:
        cmpb    $0, V(VCPU_IN_USER) + 8(%rsp)
        jne     fault_of_guest
        testb   $FLAG_VM >> 16, 26(%rsp)
        jne     entry_trap
        cld
        SAVE_GUEST
        call    on_page_fault
        jmp     exit_quickly

/*
 * entry_exception — an exception without error code that is the guest kernel's business; or #UD, which may begin the
 * forced-emulation prefix.
 *   comes with   rsp at the error-code word, as entry_trap, which takes all but a guest's
 *   wants        as entry_page_fault, but for the address
 *   calls        on_forced_cpuid(struct context *) when the instruction is UD2, "xen", CPUID, and not single-stepped
 *   leaves by    SYSRET into the handler, as entry_page_fault. Else by entry_trap, to begin anew
 */
        .globl  entry_exception
entry_exception:
        testb   $3, 16(%rsp)
        jz      entry_trap
        STRAIGHT_EXCEPTION exception_back
        mov     -4(%rax), %r11d                 /* the vector; then how far its gate is from the first */
        cmp     $VECTOR_UD, %r11d
        je      4f
1:      shl     $4, %r11d
        cmpq    $0, V(VCPU_GATE_ADDRESS)(%rax, %r11)
        je      exception_back
        mov     %r11, V(R(12))(%rax)            /* a free place */
        cmpb    $0, V(VCPU_IN_USER)(%rax)
        je      2f

        mov     V(VCPU_KERNEL_SP)(%rax), %rcx
        FRAME_PLACE BOUNCE_BYTES, exception_back
        LOAD_KERNEL_MODE
        FRAME   16, 0xffff, exception_undo
        jmp     3f

2:      mov     24(%rax), %rcx
        FRAME_PLACE BOUNCE_BYTES, exception_back
        FRAME   16, 0xfffc, exception_undo

3:      mov     %rcx, %rsp
        mov     V(VCPU_INFO)(%rax), %rcx
        mov     V(R(12))(%rax), %r11
        ENTER_HANDLER VCPU_GATE_MASKS, VCPU_GATE_ADDRESS, "%rax, %r11"

4:      mov     (%rax), %rcx
        cmp     $-8, %rcx
        ja      exception_back
        mov     %rcx, %r11
        sar     $HOLE_SHIFT, %r11
        cmp     $HOLE_PREFIX, %r11
        je      exception_back
        TOUCH   exception_back, mov (%rcx), %rcx
        shl     $8, %rcx
        movabs  $FORCED_CPUID << 8, %r11
        cmp     %r11, %rcx
        mov     $VECTOR_UD, %r11d
        jne     1b
        testb   $FLAG_TF >> 8, 17(%rax)
        jne     exception_back
        EXCEPTION_BACK
        cld
        SAVE_GUEST
        call    on_forced_cpuid                 /* makes nothing wait */
        mov     CPU_CURRENT(%rsp), %rax
        jmp     load_guest

page_fault_undo:
        mov     V(R(12))(%rax), %rcx
        mov     %rcx, %cr2
exception_undo:
        cmpb    $0, V(VCPU_IN_USER)(%rax)
        je      exception_back
        swapgs
exception_back:
        EXCEPTION_BACK
        jmp     entry_trap

/* Which way each hypercall takes behind entry_syscall, and which MSR each SEGBASE_* is. */
        .section .rodata
        .balign 64
straight_ways:
.set number, 0
.rept HYPERCALL_NUMBERS
.if number == HYPERCALL_STACK_SWITCH
        .quad   straight_stack_switch
.elseif number == HYPERCALL_SET_SEGMENT_BASE
        .quad   straight_segment_base
.else
        .quad   entry_hypercall
.endif
.set number, number + 1
.endr
segment_base_msr:
        .long   0xc0000100, 0xc0000102, 0xc0000101
