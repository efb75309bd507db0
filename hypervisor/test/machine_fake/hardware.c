/* SPDX-License-Identifier: BSD-2-Clause */
/* See hardware.h. A source that is programmed while it is not masked is a mistake and aborts. */
#include "hardware.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "x86/acpi.h"
#include "x86/apic.h"
#include "x86/machine.h"
#include "x86/smp.h"
#include "x86/x86.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct fake_source fake_pin[FAKE_GSIS], fake_msi[64];
unsigned fake_eois, fake_arrivals[IRQ_COUNT], fake_timer;
int fake_msi_map_result;

/* ISA 0 on GSI 2, the SCI level and active high: what QEMU's pc has. */
struct acpi acpi = {
    .overrides = 2,
    .override = {{.irq = 0, .gsi = 2}, {.irq = 9, .gsi = 9, .is_level = true}},
};

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    abort();
}

struct acpi_override acpi_isa_irq(const struct acpi *a, uint8_t irq)
{
    for (unsigned i = 0; i < a->overrides; i++)
        if (a->override[i].irq == irq)
            return a->override[i];
    return (struct acpi_override){.irq = irq, .gsi = irq};
}

void pic_silence(void)
{
}

void lapic_init(void)
{
}

void lapic_cpu_init(void)
{
}

uint32_t lapic_id(void)
{
    return 0;
}

void lapic_eoi(void)
{
    fake_eois++;
}

void lapic_send(uint32_t apic_id, unsigned vector)
{
}

void ioapic_init(void)
{
    for (unsigned i = 0; i < FAKE_GSIS; i++)
        fake_pin[i] = (struct fake_source){.is_masked = true};
}

unsigned ioapic_gsi_count(void)
{
    return FAKE_GSIS;
}

bool ioapic_has(unsigned gsi)
{
    return gsi < FAKE_GSIS;
}

void ioapic_route(unsigned gsi, const struct ioapic_pin *pin)
{
    if (!fake_pin[gsi].is_masked)
        abort();
    fake_pin[gsi] = (struct fake_source){pin->vector, true, pin->is_level, pin->is_low};
}

void ioapic_mask(unsigned gsi, bool masked)
{
    fake_pin[gsi].is_masked = masked;
}

int ioapic_peek(uint64_t phys, uint32_t reg, uint32_t *value)
{
    *value = 0x10000;
    return phys == 0xfec00000 ? 0 : -EINVAL;
}

bool pci_exists(uint16_t bdf)
{
    return bdf == 0x18;
}

int msi_find(struct msi *m, uint16_t bdf, bool is_msix, unsigned entry)
{
    static const struct {
        uint16_t bdf;
        uint64_t table;
    } devices[] = {{0x18, 0xfebf0000}, {0x20, 0x1000000}, {0x21, 0xfee00000}};

    *m = (struct msi){.bdf = bdf, .is_msix = is_msix, .entry = (uint16_t)entry};
    for (unsigned i = 0; i < ARRAY_SIZE(devices); i++)
        if (devices[i].bdf == bdf)
            m->slot_phys = devices[i].table;
    if (!m->slot_phys)
        return -ENODEV;
    return entry < 64 ? 0 : -EINVAL;
}

int msi_map(struct msi *m)
{
    return fake_msi_map_result;
}

void msi_program(const struct msi *m, unsigned vector, uint32_t apic_id)
{
    fake_msi[m->entry] = (struct fake_source){.vector = vector, .is_masked = true};
}

void msi_mask(const struct msi *m, bool masked)
{
    fake_msi[m->entry].is_masked = masked;
}

bool machine_is_memory(uint64_t phys)
{
    return phys < 0x20000000;
}

void clock_interrupt(void)
{
    fake_timer++;
    lapic_eoi();
}

/* The machine has one processor. */
void cpu_stop_if_asked(void)
{
}

void cpu_answer(void)
{
}
