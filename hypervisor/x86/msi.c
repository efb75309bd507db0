/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages: the address names a local APIC, the data a vector.
 *
 * [msi.table] the place of an MSI-X table is taken from the device's own registers, never from a guest;
 * that it is not RAM the caller checks, because a guest may move the BAR anywhere.
 */
#include "x86/msi.h"
#include "lib/errno.h"
#include "x86/apic.h"
#include "x86/machine.h"
#include "x86/x86.h"

enum { CFG_VENDOR = 0, CFG_STATUS = 6, CFG_BAR0 = 0x10, CFG_CAPABILITIES = 0x34 };
enum { CAP_MSI = 0x05, CAP_MSIX = 0x11 };

#define STATUS_HAS_LIST (1u << 4)
#define LIST_MAX        48 /* as many as fit: stops at a list that bites its tail */
#define BARS            6

#define MSI_IS_64    (1u << 7)
#define MSI_HAS_MASK (1u << 8)
#define MSI_MULTIPLE (7u << 4) /* how many messages the device may send, as a power of two */
#define MSIX_ENTRIES 0x7ffu

#define TABLE_PAGES 128 /* MSI-X pages that can be mapped; they stay so */

static struct {
    uint64_t phys;
    void *va;
} table_page[TABLE_PAGES]; /* by irq.c's lock */

static uint32_t address_of(uint16_t bdf, unsigned reg)
{
    return 1u << 31 | (uint32_t)bdf << 8 | (reg & 0xfc);
}

static uint32_t cfg_read(uint16_t bdf, unsigned reg, unsigned bytes)
{
    return pci_config_read(address_of(bdf, reg), reg & 3, bytes);
}

static void cfg_write(uint16_t bdf, unsigned reg, unsigned bytes, uint32_t value)
{
    pci_config_write(address_of(bdf, reg), reg & 3, bytes, value);
}

static uint8_t find_capability(uint16_t bdf, uint8_t id)
{
    unsigned at;

    if (!(cfg_read(bdf, CFG_STATUS, 2) & STATUS_HAS_LIST))
        return 0;
    at = cfg_read(bdf, CFG_CAPABILITIES, 1) & 0xfc;
    for (unsigned i = 0; i < LIST_MAX && at >= 0x40; i++) {
        if (cfg_read(bdf, at, 1) == id)
            return (uint8_t)at;
        at = cfg_read(bdf, at + 1, 1) & 0xfc;
    }
    return 0;
}

/* The address in a memory BAR; 0 for an I/O BAR or none. */
static uint64_t bar_address(uint16_t bdf, unsigned bar)
{
    unsigned reg = CFG_BAR0 + 4 * bar;
    uint64_t low = bar < BARS ? cfg_read(bdf, reg, 4) : 1;
    bool is_64 = (low >> 1 & 3) == 2;

    if ((low & 1) || (is_64 && bar == BARS - 1))
        return 0;
    if (is_64)
        low |= (uint64_t)cfg_read(bdf, reg + 4, 4) << 32;
    return low & ~15ull;
}

static int find_msix_slot(struct msi *m, unsigned entry)
{
    uint32_t control = cfg_read(m->bdf, m->capability + 2u, 2);
    uint32_t table = cfg_read(m->bdf, m->capability + 4u, 4);
    uint64_t bar = bar_address(m->bdf, table & 7);

    if (entry > (control & MSIX_ENTRIES) || !bar)
        return -EINVAL;
    m->slot_phys = bar + (table & ~7u) + 16ull * entry;
    return 0;
}

bool pci_exists(uint16_t bdf)
{
    return cfg_read(bdf, CFG_VENDOR, 2) != 0xffff;
}

int msi_find(struct msi *m, uint16_t bdf, bool is_msix, unsigned entry)
{
    uint32_t control;

    *m = (struct msi){.bdf = bdf, .is_msix = is_msix, .entry = (uint16_t)entry};
    if (!pci_exists(bdf))
        return -ENODEV;
    m->capability = find_capability(bdf, is_msix ? CAP_MSIX : CAP_MSI);
    if (!m->capability)
        return -ENODEV;
    if (is_msix)
        return find_msix_slot(m, entry);
    control = cfg_read(bdf, m->capability + 2u, 2);
    m->is_64 = control & MSI_IS_64;
    m->has_mask = control & MSI_HAS_MASK;
    return entry ? -EINVAL : 0;
}

int msi_map(struct msi *m)
{
    uint64_t page = m->slot_phys & PAGE_MASK;

    if (!m->is_msix)
        return 0;
    for (unsigned i = 0; i < TABLE_PAGES; i++) {
        if (!table_page[i].va) {
            table_page[i].phys = page;
            table_page[i].va = mmio_map(page, PAGE_SIZE);
        }
        if (table_page[i].phys == page) {
            m->slot = (void *)((char *)table_page[i].va + m->slot_phys % PAGE_SIZE);
            return 0;
        }
    }
    return -ENOSPC;
}

void msi_program(const struct msi *m, unsigned vector, uint32_t apic_id)
{
    uint32_t address = MSI_ADDRESS | apic_id << 12, control;

    msi_mask(m, true);
    if (m->is_msix) {
        m->slot[0] = address;
        m->slot[1] = 0;
        m->slot[2] = vector;
        return;
    }
    control = cfg_read(m->bdf, m->capability + 2u, 2);
    cfg_write(m->bdf, m->capability + 2u, 2, control & ~MSI_MULTIPLE);
    cfg_write(m->bdf, m->capability + 4u, 4, address);
    if (m->is_64)
        cfg_write(m->bdf, m->capability + 8u, 4, 0);
    cfg_write(m->bdf, m->capability + (m->is_64 ? 12u : 8u), 2, vector);
}

void msi_mask(const struct msi *m, bool masked)
{
    if (m->is_msix)
        m->slot[3] = masked;
    else if (m->has_mask)
        cfg_write(m->bdf, m->capability + (m->is_64 ? 16u : 12u), 4, masked ? ~0u : ~1u);
}
