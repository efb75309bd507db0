/* SPDX-License-Identifier: BSD-2-Clause */
/* The code under test as something that is stepped through and stopped in: breakpoints are written into it. */
#ifndef TRACE_TEST_CODE_H
#define TRACE_TEST_CODE_H

#include <stdbool.h>
#include <stdint.h>

/* The sequences, their slow path and the ring's C code, and nothing else (build.mk). */
extern const char __start_trace_code[], __stop_trace_code[];

static inline bool is_code(uint64_t address)
{
    return address >= (uint64_t)__start_trace_code && address < (uint64_t)__stop_trace_code;
}

/* Before the first breakpoint. Ends the program when that cannot be. */
void code_make_writable(void);

/* At most one is armed at a time. */
void breakpoint_arm(uint64_t address);
void breakpoint_disarm(uint64_t address);

/* For the rest of the function it is called in. */
static inline __attribute__((always_inline)) void trap_flag(bool on)
{
    if (on)
        __asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq" : : : "memory", "cc");
    else
        __asm__ volatile("pushfq; andl $~0x100, (%%rsp); popfq" : : : "memory", "cc");
}

#endif
