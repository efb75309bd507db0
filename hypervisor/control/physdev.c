/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * physdev_op: interrupts, the I/O privilege of a vCPU, and PCI, by a table of sub-operations.
 *
 * [physdev.right] the caller's right is checked before its argument is read, and what is not in the table
 * is -ENOSYS before either
 *
 * A GSI's life seen from the guest: map_pirq, setup_gsi, EVTCHNOP_bind_pirq, irq_status_query, and an eoi
 * after each level interrupt. A message's: map_pirq, bind, unmap.
 */
#include "control/control.h"
#include "hypercalls.h"
#include "x86/apic.h"
#include "x86/irq.h"

#include <xen/physdev.h>

#define PORTS 65536

union argument {
    struct physdev_irq_status_query irq_status_query;
    struct physdev_set_iopl set_iopl;
    struct physdev_set_iobitmap set_iobitmap;
    struct physdev_apic apic;
    struct physdev_irq irq;
    struct physdev_eoi eoi;
    struct physdev_map_pirq map_pirq;
    struct physdev_unmap_pirq unmap_pirq;
    struct physdev_setup_gsi setup_gsi;
    struct physdev_manage_pci manage_pci;
    struct physdev_pci_device device;
};

static int irq_status_query(struct vcpu *v, union argument *a)
{
    uint32_t irq = a->irq_status_query.irq;

    if (!irq_exists(irq))
        return -EINVAL;
    a->irq_status_query.flags =
        irq_is_level(irq) ? XENIRQSTAT_needs_eoi | XENIRQSTAT_shared : 0;
    return 0;
}

static int set_iopl(struct vcpu *v, union argument *a)
{
    if (a->set_iopl.iopl > 3)
        return -EINVAL;
    v->iopl = a->set_iopl.iopl;
    return 0;
}

/* The bitmap stays in guest memory; whoever consults it reads it anew each time. */
static int set_iobitmap(struct vcpu *v, union argument *a)
{
    uint32_t ports = a->set_iobitmap.nr_ports;
    guest_ptr bitmap = GPTR((uint64_t)a->set_iobitmap.bitmap.p);

    if (ports > PORTS || !guest_range_ok(bitmap, ROUND_UP(ports, 8u) / 8))
        return -EINVAL;
    v->io_bitmap = bitmap;
    v->io_bitmap_ports = ports;
    return 0;
}

static int apic_read(struct vcpu *v, union argument *a)
{
    return ioapic_peek(a->apic.apic_physbase, a->apic.reg, &a->apic.value);
}

/* The IO-APICs are ours: a guest may write what it likes, they do not change. */
static int apic_write(struct vcpu *v, union argument *a)
{
    uint32_t ignored;

    return ioapic_peek(a->apic.apic_physbase, a->apic.reg, &ignored);
}

/* Vectors are given when an interrupt is bound; the guest only wants to see a number. */
static int alloc_irq_vector(struct vcpu *v, union argument *a)
{
    a->irq.vector = a->irq.irq;
    return 0;
}

static int eoi(struct vcpu *v, union argument *a)
{
    if (a->eoi.irq >= IRQ_COUNT)
        return -EINVAL;
    irq_eoi(a->eoi.irq);
    return 0;
}

static bool is_self(const struct vcpu *v, domid_t id)
{
    return id == DOMID_SELF || id == v->domain->id;
}

static int map_gsi(struct physdev_map_pirq *m)
{
    if ((unsigned)m->index >= irq_gsi_count() || !irq_exists((unsigned)m->index))
        return -EINVAL;
    if (m->pirq >= 0 && m->pirq != m->index)
        return -EINVAL;
    m->pirq = m->index;
    return 0;
}

/* With a table address it is MSI-X; the address itself is the device's to tell. [msi.table] */
static int map_msi(struct domain *d, struct physdev_map_pirq *m)
{
    bool is_msix = m->table_base;
    int irq;

    if (m->pirq >= 0 || m->bus < 0 || m->bus > 0xff || m->devfn < 0 || m->devfn > 0xff ||
        m->entry_nr < 0 || m->entry_nr > 0x7ff)
        return -EINVAL;
    irq = irqs_create_msi(d, (uint16_t)(m->bus << 8 | m->devfn), is_msix,
                          is_msix ? (unsigned)m->entry_nr : 0);
    if (irq < 0)
        return irq;
    m->pirq = irq;
    return 0;
}

/* Several messages of one MSI capability would need adjoining vectors: refused, drivers use one. */
static int map_pirq(struct vcpu *v, union argument *a)
{
    if (!is_self(v, a->map_pirq.domid))
        return -EPERM;
    switch (a->map_pirq.type) {
    case MAP_PIRQ_TYPE_GSI:
        return map_gsi(&a->map_pirq);
    case MAP_PIRQ_TYPE_MSI:
    case MAP_PIRQ_TYPE_MSI_SEG:
        return map_msi(v->domain, &a->map_pirq);
    default:
        return -EINVAL;
    }
}

static int unmap_pirq(struct vcpu *v, union argument *a)
{
    int pirq = a->unmap_pirq.pirq;

    if (!is_self(v, a->unmap_pirq.domid))
        return -EPERM;
    if (pirq < 0 || !irq_exists((unsigned)pirq))
        return -EINVAL;
    return (unsigned)pirq < irq_gsi_count() ? 0 : irq_destroy_msi((unsigned)pirq);
}

static int setup_gsi(struct vcpu *v, union argument *a)
{
    const struct physdev_setup_gsi *s = &a->setup_gsi;

    if (s->gsi < 0 || s->triggering > 1 || s->polarity > 1)
        return -EINVAL;
    return irq_setup_gsi((unsigned)s->gsi, s->triggering, s->polarity);
}

/* All devices are the hardware domain's, so there is no list to enter one into. */
static int pci_device_add(struct vcpu *v, union argument *a)
{
    const struct physdev_pci_device *p = &a->device;

    return !p->seg && pci_exists((uint16_t)(p->bus << 8 | p->devfn)) ? 0 : -ENODEV;
}

static int pci_device_remove(struct vcpu *v, union argument *a)
{
    return a->device.seg ? -ENODEV : 0;
}

static int restore_msi(struct vcpu *v, union argument *a)
{
    return irq_restore_msi((uint16_t)(a->manage_pci.bus << 8 | a->manage_pci.devfn));
}

static int restore_msi_ext(struct vcpu *v, union argument *a)
{
    if (a->device.seg)
        return -ENODEV;
    return irq_restore_msi((uint16_t)(a->device.bus << 8 | a->device.devfn));
}

#define ROW(cmd, member, run, flags) {PHYSDEVOP_##cmd, sizeof(((union argument *)0)->member), flags, run}

enum flags { FOR_ALL = 1, HAS_RESULT = 2 };

static const struct row {
    uint8_t cmd, bytes, flags;
    int (*run)(struct vcpu *v, union argument *a);
} rows[] = {
    ROW(irq_status_query, irq_status_query, irq_status_query, HAS_RESULT),
    ROW(set_iopl, set_iopl, set_iopl, FOR_ALL),
    ROW(set_iobitmap, set_iobitmap, set_iobitmap, FOR_ALL),
    ROW(apic_read, apic, apic_read, HAS_RESULT),
    ROW(apic_write, apic, apic_write, 0),
    ROW(alloc_irq_vector, irq, alloc_irq_vector, HAS_RESULT),
    ROW(eoi, eoi, eoi, 0),
    ROW(map_pirq, map_pirq, map_pirq, HAS_RESULT),
    ROW(unmap_pirq, unmap_pirq, unmap_pirq, 0),
    ROW(setup_gsi, setup_gsi, setup_gsi, 0),
    ROW(restore_msi, manage_pci, restore_msi, 0),
    ROW(restore_msi_ext, device, restore_msi_ext, 0),
    ROW(pci_device_add, device, pci_device_add, 0),
    ROW(pci_device_remove, device, pci_device_remove, 0),
};

long hc_physdev_op(struct vcpu *v, uint32_t cmd, guest_ptr arg)
{
    const struct row *row = NULL;
    union argument a;
    int rc;

    for (unsigned i = 0; i < ARRAY_SIZE(rows) && !row; i++)
        if (rows[i].cmd == cmd)
            row = &rows[i];
    if (!row)
        return -ENOSYS;
    if (!(row->flags & FOR_ALL) && !v->domain->is_hardware)
        return -EPERM;
    rc = guest_read(&a, arg, row->bytes);
    if (!rc)
        rc = row->run(v, &a);
    if (!rc && (row->flags & HAS_RESULT))
        rc = guest_write(arg, &a, row->bytes);
    return rc;
}
