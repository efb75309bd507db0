/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What no domain may map: a domain that could write there could send any vector to any CPU. dom0 owns
 * every device but these. And where memory is, for a device's word on where its registers are is not
 * enough.
 */
#include "lib/bug.h"
#include "x86/acpi.h"
#include "x86/apic.h"
#include "x86/machine.h"
#include "x86/x86.h"

#define REGIONS   128
#define MSI_RANGE (1u << 20)

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

void machine_each_forbidden(void (*deny)(mfn_t first, uint64_t count))
{
    deny(MFN(MSI_ADDRESS >> PAGE_SHIFT), MSI_RANGE >> PAGE_SHIFT);
    deny(MFN(lapic_phys() >> PAGE_SHIFT), 1);
    for (unsigned i = 0; i < acpi.ioapics; i++)
        deny(MFN(acpi.ioapic[i].phys >> PAGE_SHIFT), 1);
}
