/* SPDX-License-Identifier: BSD-2-Clause */
/* This machine's ACPI tables, read through the direct map. */
#include "lib/bug.h"
#include "x86/acpi.h"
#include "x86/x86.h"

struct acpi acpi;

/* Firmware keeps its tables below 4 GiB, which the direct map always covers. */
static const uint8_t *map_low(uint64_t phys, size_t n)
{
    return phys < 1ull << 32 && n <= (1ull << 32) - phys ? direct_map(phys) : NULL;
}

void acpi_init(uint64_t rsdp)
{
    /* A copy by the boot loader may be in memory that has been given away since. */
    if ((!rsdp || acpi_parse(&acpi, rsdp, map_low)) && acpi_parse(&acpi, 0, map_low))
        panic("no ACPI tables: start the machine with ACPI enabled");
    printk("acpi: %u CPUs, %u IO-APICs, SCI on GSI %u, PM timer at port 0x%x\n", acpi.cpus,
           acpi.ioapics, acpi_isa_irq(&acpi, (uint8_t)acpi.sci).gsi, acpi.pm_timer);
}
