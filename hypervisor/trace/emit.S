/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rare ways of an emission (emit.h): a packet begins, by restartable sequences like those that write records, and
 * the way there.
 */
#include "trace/ring.h"

#define HEAD TRACE_RING_HEAD

        .text

/* The sequence from here to `commit` begins again at `start` when it is interrupted. */
.macro RESTARTABLE start, commit
        .pushsection restart_table, "a"
        .quad   \start, \commit
        .popsection
.endm

/*
 * trace_publish(rdi = ring, rsi = its head, rdx = new packet's header, the content bits of the old one and its
 * guard, a first record, rcx = new head, r8 = place of the new packet, r9 = the old packet or 0): begins a packet,
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
        mov     TRACE_HEADER_BYTES + 16(%rdx), %rax /* the record that says what was lost */
        mov     %rax, TRACE_HEADER_BYTES(%r8)
        mov     TRACE_HEADER_BYTES + 24(%rdx), %rax
        mov     %rax, TRACE_HEADER_BYTES + 8(%r8)
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
 * trace_slow — a record did not fit: begin another packet, or drop it.
 *   comes with   edx = bytes of the record; its arguments in any registers
 *   calls        bool trace_turn(struct trace_ring *, uint32_t bytes): false, the record is dropped
 *   returns      ZF set: it is dropped; otherwise it is to be written again
 *   changes      rax rdx r9 r10 r11, as a sequence does
 */
        .globl  trace_slow
trace_slow:
        push    %rbp
        mov     %rsp, %rbp
        push    %rdi
        push    %rsi
        push    %rcx
        push    %r8
        mov     %rsp, %rax
        or      $0xffff, %rax
        mov     CPU_TRACE - 127(%rax), %rdi
        mov     %edx, %esi
        and     $-16, %rsp
        call    trace_turn
        mov     -8(%rbp), %rdi
        mov     -16(%rbp), %rsi
        mov     -24(%rbp), %rcx
        mov     -32(%rbp), %r8
        leave
        test    %al, %al
        ret

        .section .note.GNU-stack, "", @progbits
