/* SPDX-License-Identifier: BSD-2-Clause */
/* Stand-ins until console.c, power.c, irq.c and pv/ are there. */
#include "x86/x86.h"
void on_guest_entry(struct context *c) { }
void on_syscall(struct context *c) { }
struct context *on_exit(void) { return 0; }
void on_iret_fault(struct context *c, uint32_t vector, uint32_t error) { }
void on_timer(void) { }
void on_irq(unsigned irq) { }
void on_console_input(void) { }
