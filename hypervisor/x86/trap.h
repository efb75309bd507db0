/* SPDX-License-Identifier: BSD-2-Clause */
/* C entries that entry.S calls and x86 itself answers. */
#ifndef X86_TRAP_H
#define X86_TRAP_H

#include "x86/regs.h"

void on_hypervisor_trap(struct regs *r);
struct context *on_ist_trap(struct regs *r);

#endif
