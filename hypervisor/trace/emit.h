/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings, and the sequence that writes one record. What the rest of the hypervisor uses is trace.h, which makes a
 * sequence of its own for each event, with a store for each field.
 *
 * A sequence is restartable: one committing store, and nothing before it that anybody can see. What interrupts one (NMI,
 * #MC, #DB: nothing else can) sets its rip back to the beginning (x86/restart.h), so a record written by the
 * interrupting code comes first, and the one that was begun is written again behind it, with a later time.
 *
 * [emit.restart]  up to its committing store a sequence changes none of the registers it was given
 * [emit.commit]   the store to the ring's head makes the record exist; it is one instruction
 * [emit.order]    so the times in a ring never decrease
 *
 * It is assembly because a compiler promises none of that, and in line because a call would cost two instructions more.
 * The ring is found from rsp alone (struct cpu).
 */
#ifndef TRACE_EMIT_H
#define TRACE_EMIT_H

#include "lib/types.h"
#include "trace/read.h"

/* Lays a ring out in so many bytes, a multiple of a packet, three or more, aligned to one. Identity and who
 * runs are the caller's to fill in. */
struct trace_ring *trace_ring_init(void *memory, uint64_t bytes);

/* Are records of whoever runs on the ring's CPU wanted (`on`: no)? Those that are not are not attempted. From
 * any CPU. */
void trace_mute(struct trace_ring *r, bool on);

/* The head of a record of `words` words of payload: event and length, flags. */
#define RECORD_HEAD(event, words, flags) ((event) | ((words) + 1) << 16 | (uint32_t)(flags) << 24)

#define TRACE_TEXT_(x) #x
#define TRACE_TEXT(x)  TRACE_TEXT_(x)

/*
 * The whole of it. r9 is the ring, r11 where the record goes, from the ring's beginning; `stores` writes the payload by
 * the macros below. The slow path is taken when the guard of the record's last byte does not show the TSC's high
 * half [ring.guard]; it begins a packet and has the record written again, or drops it (emit.S).
 */
#define TRACE_SEQUENCE(stores)                                                                     \
    "771:\tmov %%rsp, %%rax\n"                                                                     \
    "\tor $0xffff, %%rax\n"                                                                        \
    "\tmov " TRACE_TEXT(CPU_TRACE) "-127(%%rax), %%r9\n"                                           \
    "\tmov " TRACE_TEXT(TRACE_RING_HEAD) "(%%r9), %%r11d\n"                                        \
    "\tlea %c[bytes_]-1(%%r11), %%r10d\n"                                                          \
    "\tshr $" TRACE_TEXT(TRACE_PACKET_SHIFT) ", %%r10d\n"                                          \
    "\trdtsc\n"                                                                                    \
    "\tcmp %%edx, " TRACE_TEXT(TRACE_RING_GUARD) "(%%r9, %%r10, 4)\n"                              \
    "\tjne 774f\n"                                                                                 \
    "\tmov %%eax, (%%r9, %%r11)\n"                                                                 \
    "\tmovl %[head_], 4(%%r9, %%r11)\n"                                                            \
    stores                                                                                         \
    "\tmovabs %[step_], %%rax\n"                                                                   \
    "772:\tadd %%rax, " TRACE_TEXT(TRACE_RING_HEAD) "(%%r9)\n"                                     \
    "773:\n"                                                                                       \
    "\t.subsection 1\n"                                                                            \
    "774:\tmov %[bytes_], %%edx\n"                                                                 \
    "\tcall trace_slow\n"                                                                          \
    "\tjnz 771b\n"                                                                                 \
    "\tjmp 773b\n"                                                                                 \
    "\t.subsection 0\n"                                                                            \
    "\t.pushsection restart_table, \"a\"\n"                                                        \
    "\t.quad 771b, 772b\n"                                                                         \
    "\t.popsection\n"

#define TRACE_OPERANDS(head, bytes)                                                                \
    [head_] "ri"(head), [bytes_] "i"(bytes), [step_] "i"((1ull << 32) + (bytes))

#define TRACE_CHANGES "rax", "rdx", "r9", "r10", "r11", "cc", "memory"

/* Operand `name` into byte `at` of the record, itself an operand. */
#define TRACE_STORE_1(name, at) "\tmovb %b[" #name "], %c[" #at "](%%r9, %%r11)\n"
#define TRACE_STORE_2(name, at) "\tmovw %w[" #name "], %c[" #at "](%%r9, %%r11)\n"
#define TRACE_STORE_4(name, at) "\tmovl %k[" #name "], %c[" #at "](%%r9, %%r11)\n"
#define TRACE_STORE_8(name, at) "\tmovq %q[" #name "], %c[" #at "](%%r9, %%r11)\n"

/* A span's ticks: from <name>_low and <name>_high until the time of its record, which is in edx:eax; at most
 * 2^32 - 1. */
#define TRACE_STORE_SINCE(name, at)                                                                \
    "\tsub %k[" #name "_low], %%eax\n"                                                             \
    "\tsbb %k[" #name "_high], %%edx\n"                                                            \
    "\tje 775f\n"                                                                                  \
    "\tmov $-1, %%eax\n"                                                                           \
    "775:\tmovl %%eax, %c[" #at "](%%r9, %%r11)\n"

/* The same of what cannot be longer. */
#define TRACE_STORE_BRIEF(name, at)                                                                \
    "\tsub %k[" #name "_low], %%eax\n"                                                             \
    "\tmovl %%eax, %c[" #at "](%%r9, %%r11)\n"

#define TRACE_STORE_WORD(n) TRACE_STORE_8(w##n, at##n)
#define TRACE_WORD(n)       [w##n] "r"(w[n]), [at##n] "i"(8 + 8 * (n))

/* A record of any event and so many words, a constant: for tests. */
static inline __attribute__((always_inline)) void trace_emit(uint32_t head, unsigned words, const uint64_t *w)
{
    if (words == 1)
        __asm__ volatile(TRACE_SEQUENCE(TRACE_STORE_WORD(0))
                         : : TRACE_OPERANDS(head, 16), TRACE_WORD(0) : TRACE_CHANGES);
    else if (words == 2)
        __asm__ volatile(TRACE_SEQUENCE(TRACE_STORE_WORD(0) TRACE_STORE_WORD(1))
                         : : TRACE_OPERANDS(head, 24), TRACE_WORD(0), TRACE_WORD(1) : TRACE_CHANGES);
    else if (words == 3)
        __asm__ volatile(TRACE_SEQUENCE(TRACE_STORE_WORD(0) TRACE_STORE_WORD(1) TRACE_STORE_WORD(2))
                         : : TRACE_OPERANDS(head, 32), TRACE_WORD(0), TRACE_WORD(1), TRACE_WORD(2)
                         : TRACE_CHANGES);
    else
        __asm__ volatile(TRACE_SEQUENCE(TRACE_STORE_WORD(0) TRACE_STORE_WORD(1) TRACE_STORE_WORD(2)
                                            TRACE_STORE_WORD(3))
                         : : TRACE_OPERANDS(head, 40), TRACE_WORD(0), TRACE_WORD(1), TRACE_WORD(2), TRACE_WORD(3)
                         : TRACE_CHANGES);
}

#endif
