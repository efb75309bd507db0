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

void console_irq_init(void); /* from now on what is typed reaches on_console_input() */

/* --- clock.c --- */

void clock_init(void);     /* measures the TSC and the local APIC's timer, reads the wall clock */
void clock_cpu_init(void); /* the timer of another CPU */
void clock_interrupt(void);
void clock_set_wall_at_boot(uint64_t ns);

/* --- power.c --- */

/* Switches the machine off with the sleep types the guest's ACPI code found; falls back to ours. */
__attribute__((noreturn)) void machine_sleep_s5(uint16_t pm1a, uint16_t pm1b);

/* --- owned.c: what belongs to the hypervisor and is never given to a domain --- */

bool machine_io_forbidden(mfn_t m);          /* local APIC, IO-APICs, the range of MSI writes */
bool machine_port_forbidden(uint16_t port);  /* PIC, PIT, RTC, PM timer, PCI configuration, our UART */

/* --- pci.c: configuration space, segment 0. size 1, 2 or 4; bdf = bus << 8 | device << 3 | function --- */

uint32_t pci_config_read(uint16_t bdf, unsigned reg, unsigned size);
void pci_config_write(uint16_t bdf, unsigned reg, unsigned size, uint32_t value);

#endif
