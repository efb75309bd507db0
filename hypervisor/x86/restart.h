/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences of instructions that begin again when something interrupts them: from `first` up to and with their committing
 * instruction `commit` (section restart_table).
 *
 * [restart.entry]  what can interrupt one is what cannot be held off, NMI, #MC and #DB: their entry asks
 *                  restart_check(). Other interrupts are let in at two places that are in no sequence, and a sequence
 *                  does nothing that faults
 */
#ifndef X86_RESTART_H
#define X86_RESTART_H

#include "lib/types.h"

/* Where an interrupted rip goes on: the beginning of the sequence it is in, or itself. */
uint64_t restart_check(uint64_t rip);

#endif
