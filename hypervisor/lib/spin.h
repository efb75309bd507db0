/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One turn of waiting for another CPU.
 *
 * Interrupts are off, so what another CPU wants at once (x86/smp.c) would wait as long as we do; if that
 * CPU is the one we wait for, for ever. on_spin looks. It keeps all registers, so that the waiting, which is
 * rare, costs the code around it nothing.
 */
#ifndef LIB_SPIN_H
#define LIB_SPIN_H

static inline void spin_wait(void)
{
    __asm__ volatile("call on_spin" : : : "memory", "cc");
}

#endif
