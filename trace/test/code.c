/* SPDX-License-Identifier: BSD-2-Clause */
/* See code.h. */
#include "trace/test/code.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define BREAKPOINT 0xcc /* INT3 */

static uint8_t replaced; /* by the one that is armed */

void code_make_writable(void)
{
    uint64_t from = (uint64_t)__start_trace_code & ~4095ull, to = (uint64_t)__stop_trace_code;

    if (mprotect((void *)from, to - from, PROT_READ | PROT_WRITE | PROT_EXEC)) {
        perror("mprotect");
        exit(1);
    }
}

void breakpoint_arm(uint64_t address)
{
    volatile uint8_t *code = (void *)address;

    replaced = *code;
    *code = BREAKPOINT;
}

void breakpoint_disarm(uint64_t address)
{
    *(volatile uint8_t *)address = replaced;
}
