/* SPDX-License-Identifier: BSD-2-Clause */
/* Other CPUs; used by core/ and within x86/. What the folders above need of them is in x86.h. */
#ifndef X86_SMP_H
#define X86_SMP_H

#include "x86/x86.h"

/* Starts another CPU, with interrupts off, on the stack that was made for it; it calls `function`, which
 * does not return and, when all is ready, calls cpu_started(). False, and a line on the console: it did not
 * within a second, or its time is not ours; it is held in reset then. */
bool cpu_start(struct cpu *c, uint32_t apic_id, void (*function)(void)) must_check;
void cpu_started(void);

/* Does not return once another CPU has called cpus_stop(). */
void cpu_stop_if_asked(void);

/* Does what other CPUs want at once, and wait for: a TLB flush. Holding locks is fine. */
void cpu_answer(void);

#endif
