/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware's ACPI tables say about the hardware that is ours. The namespace (AML) is dom0's.
 */
#ifndef X86_ACPI_H
#define X86_ACPI_H

#include "lib/types.h"

#define ACPI_CPUS      64
#define ACPI_IOAPICS   8
#define ACPI_OVERRIDES 16

struct acpi_cpu {
    uint32_t apic_id, acpi_id;
};

struct acpi_ioapic {
    uint32_t phys, first_gsi;
    uint8_t id;
};

struct acpi_override { /* an ISA interrupt that is not edge, active high, on the GSI of its own number */
    uint32_t gsi;
    uint8_t irq;
    bool is_level, is_low;
};

struct acpi {
    unsigned cpus, ioapics, overrides;
    struct acpi_cpu cpu[ACPI_CPUS]; /* enabled ones */
    struct acpi_ioapic ioapic[ACPI_IOAPICS];
    struct acpi_override override[ACPI_OVERRIDES];
    uint16_t sci;
    uint16_t pm1a_control, pm1b_control, pm_timer; /* I/O ports; 0: there is none */
    uint8_t pm_timer_bits;                         /* 24 or 32 */
    uint16_t reset_port;                           /* 0: none */
    uint8_t reset_value;
    uint8_t century; /* index in CMOS; 0: none */
    bool has_s5;
    uint8_t s5_type_a, s5_type_b;
};

/* A pointer to [phys, phys + n), or NULL when it cannot be read. */
typedef const uint8_t *acpi_map(uint64_t phys, size_t n);

/* Reads the tables into *a. `rsdp` is the root pointer's address, 0 to search where a BIOS leaves it. A
 * table that is cut, has a wrong sum or strange lengths is left out. -ENOENT without a usable root. */
int acpi_parse(struct acpi *a, uint64_t rsdp, acpi_map *map);

/* The GSI of an ISA interrupt, and how it is signalled. */
struct acpi_override acpi_isa_irq(const struct acpi *a, uint8_t irq);

extern struct acpi acpi; /* this machine's, after acpi_init */
void acpi_init(uint64_t rsdp);

#endif
