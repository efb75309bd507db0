/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences of instructions that begin again when something interrupts them: those in section restart_text,
 * from `first` up to and with their committing instruction `commit` (section restart_table).
 *
 * [restart.entry] every way into the hypervisor that can interrupt the hypervisor calls restart_check()
 */
#ifndef X86_RESTART_H
#define X86_RESTART_H

#include "lib/types.h"

extern const char __start_restart_text[], __stop_restart_text[];

/* Where an interrupted rip inside restart_text goes on. */
uint64_t restart_find(uint64_t rip);

static inline uint64_t restart_check(uint64_t rip)
{
    uint64_t size = (uint64_t)__stop_restart_text - (uint64_t)__start_restart_text;

    return unlikely(rip - (uint64_t)__start_restart_text < size) ? restart_find(rip) : rip;
}

#endif
