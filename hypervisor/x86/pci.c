/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI configuration space by the two ports every PC has (PCI 3.0, 3.2.2.3.2). */
#include "lib/lock.h"
#include "x86/instructions.h"
#include "x86/machine.h"

#define ADDRESS 0xcf8
#define DATA    0xcfc

static struct lock pci_lock; /* the pair of ports */

uint32_t pci_config_read(uint32_t address, unsigned offset, unsigned bytes)
{
    uint16_t port = (uint16_t)(DATA + offset);
    uint32_t value;

    lock_take(&pci_lock);
    out32(ADDRESS, address);
    value = bytes == 1 ? in8(port) : bytes == 2 ? in16(port) : in32(port);
    lock_drop(&pci_lock);
    return value;
}

void pci_config_write(uint32_t address, unsigned offset, unsigned bytes, uint32_t value)
{
    uint16_t port = (uint16_t)(DATA + offset);

    lock_take(&pci_lock);
    out32(ADDRESS, address);
    if (bytes == 1)
        out8(port, (uint8_t)value);
    else if (bytes == 2)
        out16(port, (uint16_t)value);
    else
        out32(port, value);
    lock_drop(&pci_lock);
}
