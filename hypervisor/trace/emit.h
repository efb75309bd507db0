/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings and the call that writes one record. What the rest of the hypervisor uses is trace.h.
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

/* See emit.S for who changes what. */
#define EMIT_CHANGES "rax", "rdx", "r9", "r10", "r11", "cc", "memory"

static inline __attribute__((always_inline)) void trace_emit(uint32_t head, unsigned words, const uint64_t *w)
{
    register uint32_t r8 __asm__("r8") = head;

    if (words == 1)
        __asm__ volatile("call trace_emit1" : : "r"(r8), "c"(w[0]) : EMIT_CHANGES);
    else if (words == 2)
        __asm__ volatile("call trace_emit2" : : "r"(r8), "c"(w[0]), "S"(w[1]) : EMIT_CHANGES);
    else if (words == 3)
        __asm__ volatile("call trace_emit3"
                         :
                         : "r"(r8), "c"(w[0]), "S"(w[1]), "D"(w[2])
                         : EMIT_CHANGES);
    else
        __asm__ volatile("call trace_emit4"
                         :
                         : "r"(r8), "c"(w[0]), "S"(w[1]), "D"(w[2]), "b"(w[3])
                         : EMIT_CHANGES);
}

#endif
