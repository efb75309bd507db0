/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device interrupts by number. Numbers 0 to irq_gsi_count() - 1 are the GSIs of the IO-APICs; those above
 * are handed out to message-signalled interrupts. A domain's pirq is this same number.
 */
#ifndef X86_IRQ_H
#define X86_IRQ_H

#include "lib/types.h"
#include "x86/msi.h"

#define IRQ_COUNT 256

/* Vectors: 0x20-0x2f the silenced 8259 pair, then devices, then ours. 0x80 and 0x82 are guests' gates. */
#define VECTOR_FIRST    0x30
#define VECTOR_LAST     0xef
#define VECTOR_TIMER    0xf0
#define VECTOR_KICK     0xf1 /* another CPU has work for us: passing through on_exit is all it takes */
#define VECTOR_SPURIOUS 0xff

void irq_init(void);     /* silences the 8259 pair, starts the local APIC and the IO-APICs */
void irq_cpu_init(void); /* the local APIC of another CPU */
unsigned irq_gsi_count(void);

/* Answers every vector from 0x20 up; the entry code and interrupt windows call it. IF=0. */
void irq_dispatch(uint32_t vector);

/* How a GSI is signalled. -EINVAL no such GSI, -EEXIST it is set so already, -EBUSY bound otherwise. */
int irq_setup_gsi(unsigned gsi, bool is_level, bool is_low);

/* From here until irq_unbind() the interrupt ends in on_irq(). -EINVAL no such interrupt, -EBUSY bound
 * already or ours, -ENOSPC no vector left. */
int irq_bind(unsigned irq);
void irq_unbind(unsigned irq);

/* The driver has served a level interrupt: let the line speak again. Nothing when none is in service. */
void irq_eoi(unsigned irq);

bool irq_exists(unsigned irq);
bool irq_is_level(unsigned irq);

/* An ISA interrupt for a device of our own; the handler runs with IF=0, after the EOI. */
int irq_bind_own(unsigned isa_irq, void (*handler)(void));

/* A number for a message-signalled interrupt, its vector written to the device and masked. Negative:
 * -EEXIST this one has a number already, -ENOSPC no number or vector left. Undone by irq_destroy_msi. */
int irq_create_msi(const struct msi *m);
int irq_destroy_msi(unsigned irq); /* -EINVAL: not such an interrupt */
int irq_restore_msi(uint16_t bdf); /* writes again what a reset of the device erased; -ENODEV: none */

#endif
