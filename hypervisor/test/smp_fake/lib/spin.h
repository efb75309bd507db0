/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of hypervisor/lib/spin.h where CPUs are coroutines: who waits answers, as on_spin does, and others go on. */
#ifndef LIB_SPIN_H
#define LIB_SPIN_H

void cpu_answer(void);
void others_step(void);

static inline void spin_wait(void)
{
    cpu_answer();
    others_step();
}

#endif
