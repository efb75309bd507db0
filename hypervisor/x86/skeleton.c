/* SPDX-License-Identifier: BSD-2-Clause */
/* Stand-ins until console.c, power.c, irq.c and pv/ are there. */
#include "lib/bug.h"
#include "lib/format.h"
#include "x86/irq.h"
#include "x86/x86.h"
void console_write(const char *text, size_t n) { while (n--) out8(0x3f8, *text++); }
void printk(const char *fmt, ...) { char b[512]; va_list ap; va_start(ap, fmt); int n = format_va(b, sizeof b, fmt, ap); va_end(ap); console_write("(VTG) ", 6); console_write(b, n < 512 ? n : 511); }
void machine_halt(void) { for (;;) __asm__ volatile("cli; hlt"); }
void irq_dispatch(uint32_t vector) {}
void on_guest_entry(struct context *c) { }
void on_syscall(struct context *c) { }
struct context *on_exit(void) { return 0; }
void on_iret_fault(struct context *c, uint32_t vector, uint32_t error) { }
