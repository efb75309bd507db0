/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing one record: restartable sequences, each with one committing store and nothing before it that
 * anybody can see. Whatever interrupts one inside the hypervisor (NMI, #MC, #DB) sets its rip back to the
 * beginning (x86/restart.h), so a record written by the interrupting code comes first and the one that was
 * begun is written again behind it, with a later time.
 *
 * [emit.restart]  up to its committing store a sequence changes none of the registers it was given
 * [emit.commit]   the store to the ring's head makes the record exist; it is one instruction
 * [emit.order]    so the times in a ring never decrease
 *
 * This is assembly because a compiler promises neither. The ring is found from rsp alone (struct cpu).
 */
#include "trace/ring.h"

#define HEAD TRACE_RING_HEAD

/* The sequence from here to `commit` begins again at `start` when it is interrupted. */
.macro RESTARTABLE start, commit
        .pushsection restart_table, "a"
        .quad   \start, \commit
        .popsection
.endm

/*
 * trace_emit<n>(r8 = head without time, rcx, rsi, rdi, rbx = n words of payload): one record of this CPU.
 * The registers a caller's own arguments are in come last, so that few sites have to move them.
 *   changes      rax rdx r9 r10 r11, flags
 *   slow path    the guard of the record's last byte does not show the TSC's high half [ring.guard]
 */
.macro EMIT words
        .globl  trace_emit\words
        .balign 16
trace_emit\words:
        mov     %rsp, %rax
        or      $0xffff, %rax
        mov     CPU_TRACE - 127(%rax), %r9
        mov     HEAD(%r9), %r11d                /* r11: where the record goes, from the ring's beginning */
        lea     7 + 8 * \words(%r11), %r10d
        shr     $TRACE_PACKET_SHIFT, %r10d
        rdtsc
        cmp     %edx, TRACE_RING_GUARD(%r9, %r10, 4)
        jne     slow\words
        mov     %eax, (%r9, %r11)
        mov     %r8d, 4(%r9, %r11)
        mov     %rcx, 8(%r9, %r11)
.if \words > 1
        mov     %rsi, 16(%r9, %r11)
.endif
.if \words > 2
        mov     %rdi, 24(%r9, %r11)
.endif
.if \words > 3
        mov     %rbx, 32(%r9, %r11)
.endif
        movabs  $(1 << 32) + 8 + 8 * \words, %rax
commit\words:
        add     %rax, HEAD(%r9)
        ret
RESTARTABLE trace_emit\words, commit\words

        .pushsection .text
slow\words:
        mov     $8 + 8 * \words, %edx
        lea     trace_emit\words(%rip), %rax
        jmp     turn
        .popsection
.endm

        .section restart_text, "ax", @progbits
        EMIT 1
        EMIT 2
        EMIT 3
        EMIT 4

/*
 * trace_publish(rdi = ring, rsi = its head, rdx = new packet's header and the content bits of the old one,
 * and its guard, rcx = new head, r8 = place of the new packet, r9 = the old packet or 0): begins a packet,
 * unless the head is not rsi any more. The sequence number is written first: readers tell by it that what
 * was there is gone. [packet.seq] The old guard is shut before the head leaves it; the new one is opened by
 * trace_open, because two stores cannot be one.
 */
        .globl  trace_publish
        .balign 16
trace_publish:
        cmp     %rsi, HEAD(%rdi)
        jne     1f
        mov     56(%rdx), %rax
        mov     %rax, 56(%r8)
.irp at, 0, 8, 16, 24, 32, 40, 48, 64, 72, 80, 88
        mov     \at(%rdx), %rax
        mov     %rax, \at(%r8)
.endr
        test    %r9, %r9
        jz      2f
        mov     24(%rdx), %rax                  /* the old packet ends when the new one begins */
        mov     %rax, 32(%r9)
        mov     TRACE_HEADER_BYTES(%rdx), %rax
        mov     %rax, 40(%r9)
2:      mov     TRACE_HEADER_BYTES + 8(%rdx), %rax
        movl    $TRACE_GUARD_SHUT, (%rax)
commit_publish:
        mov     %rcx, HEAD(%rdi)
1:      ret
RESTARTABLE trace_publish, commit_publish

/* trace_open(rdi = ring, rsi = its head, rdx = guard, ecx = the TSC's high half): lets records into the
 * packet the head is in, unless the head is not rsi any more. */
        .globl  trace_open
        .balign 16
trace_open:
        cmp     %rsi, HEAD(%rdi)
        jne     1f
commit_open:
        mov     %ecx, (%rdx)
1:      ret
RESTARTABLE trace_open, commit_open

/*
 * turn — a record did not fit: begin another packet and write it again, or drop it.
 *   comes with   rax = the sequence to begin again, edx = bytes of the record, its arguments
 *   calls        bool trace_turn(struct trace_ring *, uint32_t bytes): false, the record is dropped
 */
        .text
turn:
        push    %rbp
        mov     %rsp, %rbp
        push    %rax
        push    %rdi
        push    %rsi
        push    %rcx
        push    %r8
        and     $-16, %rsp
        mov     %rsp, %rax
        or      $0xffff, %rax
        mov     CPU_TRACE - 127(%rax), %rdi
        mov     %edx, %esi
        call    trace_turn
        mov     %eax, %edx
        mov     -8(%rbp), %rax
        mov     -16(%rbp), %rdi
        mov     -24(%rbp), %rsi
        mov     -32(%rbp), %rcx
        mov     -40(%rbp), %r8
        leave
        test    %dl, %dl
        jz      1f
        jmp     *%rax
1:      ret

        .section .note.GNU-stack, "", @progbits
