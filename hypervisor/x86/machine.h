/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices the hypervisor keeps for itself, and how they are started.
 *
 * Order: console_early_init (needs nothing, not even a stack of our own) and console_select; then, after
 * paging_init, acpi_init, irq_init, clock_init, console_irq_init. Nothing here may run with IF=1 before.
 */
#ifndef X86_MACHINE_H
#define X86_MACHINE_H

#include "lib/types.h"

/* --- console.c --- */

void console_early_init(void);

/* "com1", "com2", "none", or a list of them; "vga" is accepted and shows nothing. -EINVAL for others. */
int console_select(const char *list);

/* The value of a com1= or com2= option: baud[,8n1[,port[,irq]]]. -EINVAL when not understood. */
int console_configure(unsigned com, const char *value);

uint16_t console_port(void);  /* first of our UART's eight ports; 0 when there is none */

void console_irq_init(void); /* from now on what is typed reaches on_console_input() */

/* --- clock.c --- */

void clock_init(void);     /* measures the TSC and the local APIC's timer, reads the wall clock */
void clock_cpu_init(void); /* the timer of another CPU */
void clock_interrupt(void);

/* --- power.c --- */

/* Switches the machine off with the sleep types the guest's ACPI code found; falls back to ours. */
__attribute__((noreturn)) void machine_sleep_s5(uint16_t pm1a, uint16_t pm1b);

/* --- owned.c --- */

/* Calls `deny` for each range of frames no domain may map: local APIC, MSI writes, IO-APICs. After
 * irq_init. */
void machine_each_forbidden(void (*deny)(mfn_t first, uint64_t count));

/* RAM and firmware's memory, told by core/ before a domain runs: no device register is there. */
void machine_note_memory(uint64_t start, uint64_t bytes);
bool machine_is_memory(uint64_t phys);

/* --- pci.c: configuration space by mechanism 1. `address` as written to port cf8, `offset` the byte
 * 0-3 within; safe against each other on all CPUs --- */

uint32_t pci_config_read(uint32_t address, unsigned offset, unsigned bytes);
void pci_config_write(uint32_t address, unsigned offset, unsigned bytes, uint32_t value);

#endif
