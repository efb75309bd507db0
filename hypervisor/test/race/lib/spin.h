/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of hypervisor/lib/spin.h where CPUs are coroutines: who waits answers, as on_spin does, and others go on. */
#ifndef LIB_SPIN_H
#define LIB_SPIN_H

void race_wait(void);
__attribute__((weak)) void cpu_answer(void); /* x86/smp.c, where that is tested */

static inline void spin_wait(void)
{
    if (cpu_answer)
        cpu_answer();
    race_wait();
}

#endif
