/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IO-APICs: one redirection entry for each GSI (82093AA data sheet).
 *
 * The low half of each entry is kept here too, so that masking costs two writes and no read. Callers hold
 * irq.c's lock.
 */
#include "x86/apic.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "x86/acpi.h"
#include "x86/x86.h"

#define GSIS 128 /* irq.h: the rest of IRQ_COUNT is for messages */

enum { REG_ID = 0, REG_VERSION = 1, REG_ENTRIES = 0x10 };

#define ENTRY_LOW_ACTIVE (1u << 13)
#define ENTRY_LEVEL      (1u << 15)
#define ENTRY_MASKED     (1u << 16)

static struct ioapic {
    volatile uint32_t *window; /* [0] selects a register, [4] is its value */
    uint64_t phys;
    unsigned first_gsi, pins;
    uint32_t id, version;
} ioapics[ACPI_IOAPICS];
static unsigned ioapic_count, gsi_count;
static uint32_t low_half[GSIS];

static uint32_t reg_read(const struct ioapic *a, unsigned reg)
{
    a->window[0] = reg;
    return a->window[4];
}

static void reg_write(const struct ioapic *a, unsigned reg, uint32_t value)
{
    a->window[0] = reg;
    a->window[4] = value;
}

static const struct ioapic *ioapic_of(unsigned gsi)
{
    for (unsigned i = 0; i < ioapic_count; i++)
        if (gsi - ioapics[i].first_gsi < ioapics[i].pins)
            return &ioapics[i];
    return NULL;
}

static void entry_write_low(unsigned gsi)
{
    const struct ioapic *a = ioapic_of(gsi);

    reg_write(a, REG_ENTRIES + 2 * (gsi - a->first_gsi), low_half[gsi]);
}

static void add(const struct acpi_ioapic *found)
{
    struct ioapic *a = &ioapics[ioapic_count];

    if (found->first_gsi >= GSIS)
        return;
    *a = (struct ioapic){
        .window = mmio_map(found->phys, 32),
        .phys = found->phys,
        .first_gsi = found->first_gsi,
    };
    a->id = reg_read(a, REG_ID);
    a->version = reg_read(a, REG_VERSION);
    a->pins = MIN((a->version >> 16 & 0xff) + 1, GSIS - a->first_gsi);
    gsi_count = MAX(gsi_count, a->first_gsi + a->pins);
    ioapic_count++;
    for (unsigned gsi = a->first_gsi; gsi < a->first_gsi + a->pins; gsi++) {
        low_half[gsi] = ENTRY_MASKED;
        entry_write_low(gsi);
    }
}

void ioapic_init(void)
{
    for (unsigned i = 0; i < acpi.ioapics; i++)
        add(&acpi.ioapic[i]);
    if (!ioapic_count)
        panic("no IO-APIC in the ACPI tables: start the machine with ACPI and APIC enabled");
}

unsigned ioapic_gsi_count(void)
{
    return gsi_count;
}

bool ioapic_has(unsigned gsi)
{
    return ioapic_of(gsi);
}

void ioapic_route(unsigned gsi, const struct ioapic_pin *pin)
{
    const struct ioapic *a = ioapic_of(gsi);

    low_half[gsi] = pin->vector | ENTRY_MASKED | (pin->is_level ? ENTRY_LEVEL : 0) |
                    (pin->is_low ? ENTRY_LOW_ACTIVE : 0);
    entry_write_low(gsi);
    reg_write(a, REG_ENTRIES + 2 * (gsi - a->first_gsi) + 1, pin->apic_id << 24);
}

void ioapic_mask(unsigned gsi, bool masked)
{
    low_half[gsi] = (low_half[gsi] & ~ENTRY_MASKED) | (masked ? ENTRY_MASKED : 0);
    entry_write_low(gsi);
}

int ioapic_peek(uint64_t phys, uint32_t reg, uint32_t *value)
{
    for (unsigned i = 0; i < ioapic_count; i++) {
        if (ioapics[i].phys != phys)
            continue;
        if (reg == REG_ID)
            *value = ioapics[i].id;
        else if (reg == REG_VERSION)
            *value = ioapics[i].version;
        else
            *value = reg >= REG_ENTRIES && !(reg & 1) ? ENTRY_MASKED : 0;
        return 0;
    }
    return -EINVAL;
}
