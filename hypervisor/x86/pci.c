/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI configuration space by the two ports every PC has (PCI 3.0, 3.2.2.3.2). */
#include "lib/lock.h"
#include "x86/instructions.h"
#include "x86/machine.h"

#define ADDRESS 0xcf8
#define DATA    0xcfc
#define ENABLE  (1u << 31)

static struct lock pci_lock; /* the pair of ports */

static uint16_t data_port(uint16_t bdf, unsigned reg)
{
    out32(ADDRESS, ENABLE | (uint32_t)bdf << 8 | (reg & 0xfc));
    return (uint16_t)(DATA + (reg & 3));
}

uint32_t pci_config_read(uint16_t bdf, unsigned reg, unsigned size)
{
    uint32_t value;
    uint16_t port;

    lock_take(&pci_lock);
    port = data_port(bdf, reg);
    value = size == 1 ? in8(port) : size == 2 ? in16(port) : in32(port);
    lock_drop(&pci_lock);
    return value;
}

void pci_config_write(uint16_t bdf, unsigned reg, unsigned size, uint32_t value)
{
    uint16_t port;

    lock_take(&pci_lock);
    port = data_port(bdf, reg);
    if (size == 1)
        out8(port, (uint8_t)value);
    else if (size == 2)
        out16(port, (uint16_t)value);
    else
        out32(port, value);
    lock_drop(&pci_lock);
}
