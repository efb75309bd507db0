/* SPDX-License-Identifier: BSD-2-Clause */
/* C entries that entry.S calls and x86 itself answers. */
#ifndef X86_TRAP_H
#define X86_TRAP_H

#include "x86/regs.h"

void on_hypervisor_trap(struct regs *r);
struct context *on_ist_trap(struct regs *r);

/* For tests of our own code: called for each #DB in it, before anything else. True: nothing happened. NULL: none. */
extern bool (*debug_test)(const struct regs *r);

/* While a handler of #DB is itself interrupted by #DB: the next one begins in the lower half of the stack. */
void cpu_split_debug_stack(bool is_split);

#endif
