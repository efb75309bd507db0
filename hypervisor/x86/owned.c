/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What belongs to the hypervisor. A domain that could write here could send any vector to any CPU, stop
 * our timer or speak in our name; so dom0 owns every device but these. And where memory is, for a device's word on where its registers
 * are is not enough.
 */
#include "lib/bug.h"
#include "x86/acpi.h"
#include "x86/apic.h"
#include "x86/console.h"
#include "x86/machine.h"
#include "x86/x86.h"

#define REGIONS 128

static struct {
    uint64_t start, end;
} memory[REGIONS]; /* written at boot only */
static unsigned regions;

void machine_note_memory(uint64_t start, uint64_t bytes)
{
    BUG_ON(regions == REGIONS); /* core/boot.h keeps no more */
    memory[regions].start = start;
    memory[regions++].end = start + bytes;
}

bool machine_is_memory(uint64_t phys)
{
    for (unsigned i = 0; i < regions; i++)
        if (phys >= memory[i].start && phys < memory[i].end)
            return true;
    return phys < 0x100000;
}

bool machine_io_forbidden(mfn_t m)
{
    uint64_t phys = m.n << PAGE_SHIFT;

    return (phys >= MSI_ADDRESS && phys < MSI_ADDRESS + (1u << 20)) || phys == lapic_phys() ||
           ioapic_owns(phys);
}

static bool is_in(uint16_t port, uint16_t first, unsigned n)
{
    return first && port >= first && port < first + n;
}

bool machine_port_forbidden(uint16_t port)
{
    static const struct {
        uint16_t first;
        uint8_t n;
    } fixed[] = {
        {0x20, 2},  /* 8259, master */
        {0x40, 4},  /* PIT */
        {0x61, 1},  /* its gate, and NMI control */
        {0x70, 2},  /* RTC; pv/ answers for it */
        {0xa0, 2},  /* 8259, slave */
        {0xcf8, 8}, /* PCI configuration and reset control; pv/ answers for it */
    };

    for (unsigned i = 0; i < ARRAY_SIZE(fixed); i++)
        if (is_in(port, fixed[i].first, fixed[i].n))
            return true;
    return is_in(port, acpi.pm_timer, 4) || is_in(port, console_port(), 8);
}
