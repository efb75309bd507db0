/* SPDX-License-Identifier: BSD-2-Clause */
/* Message-signalled interrupts: where a device keeps the message, and writing it (PCI 3.0, 6.8). */
#ifndef X86_MSI_H
#define X86_MSI_H

#include "lib/types.h"

struct msi {
    uint16_t bdf, entry;
    uint8_t capability;      /* its place in configuration space */
    bool is_msix;
    bool is_64, has_mask;    /* MSI: layout of the capability */
    uint64_t slot_phys;      /* MSI-X: the table's 16 bytes for this entry */
    volatile uint32_t *slot; /* the same, mapped by msi_map */
};

/* bdf = bus << 8 | device << 3 | function, segment 0. */
bool pci_exists(uint16_t bdf);

/* Finds the message's place; touches nothing. -ENODEV no such device or capability, -EINVAL no such
 * entry or an unusable table address. */
int msi_find(struct msi *m, uint16_t bdf, bool is_msix, unsigned entry);

/* Makes an MSI-X entry reachable; the caller has checked that slot_phys is device memory. -ENOSPC. */
int msi_map(struct msi *m);

void msi_program(const struct msi *m, unsigned vector, uint32_t apic_id); /* leaves it masked */
void msi_mask(const struct msi *m, bool masked);

#endif
