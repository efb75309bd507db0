/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt controllers; only x86/ uses them. */
#ifndef X86_APIC_H
#define X86_APIC_H

#include "lib/types.h"

/* --- lapic.c: the calling CPU's local APIC --- */

#define MSI_ADDRESS 0xfee00000u /* where messages to local APICs go; the APICs' registers lie there too */

void lapic_init(void);     /* the first CPU: maps the registers, too */
void lapic_cpu_init(void); /* every CPU */
uint32_t lapic_id(void);
uint64_t lapic_phys(void);
void lapic_eoi(void);

/* An interrupt to another CPU: a vector, or one of the messages below. */
#define LAPIC_NMI        0x4400u
#define LAPIC_INIT       0x4500u
#define LAPIC_START(mfn) (0x4600u | (unsigned)(mfn)) /* begins in real mode at this page below 1 MiB */
void lapic_send(uint32_t apic_id, uint32_t message);
void lapic_timer_init(bool tsc_deadline);
void lapic_timer_start(uint32_t count); /* counts once down to an interrupt; 0 stops it */
uint32_t lapic_timer_left(void);

/* --- pic.c --- */

void pic_silence(void);

/* --- ioapic.c --- */

struct ioapic_pin {
    unsigned vector;
    bool is_level, is_low;
    uint32_t apic_id; /* destination */
};

void ioapic_init(void);
unsigned ioapic_gsi_count(void);
bool ioapic_has(unsigned gsi);
void ioapic_route(unsigned gsi, const struct ioapic_pin *pin); /* leaves it masked */
void ioapic_mask(unsigned gsi, bool masked);

/* What a guest that looks at an IO-APIC sees: its identity, and every pin masked. -EINVAL: no such one */
int ioapic_peek(uint64_t phys, uint32_t reg, uint32_t *value);

#endif
