/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a device interrupt.
 *
 *   absent --ioapic/create_msi--> idle --bind--> bound --arrival--> in service (level only)
 *                                  ^               |  ^                |
 *                                  '----unbind-----'  '------eoi-------'
 *
 * [irq.level]  between the arrival of a level interrupt and its eoi the pin is masked; the local APIC is
 *              done with it at once, so a driver that sleeps blocks no other interrupt
 * [irq.edge]   an edge or message interrupt is never masked while bound, so none is lost
 * [irq.vector] a vector names one interrupt; a GSI keeps its vector for ever once it has one
 */
#include "x86/irq.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/lock.h"
#include "x86/acpi.h"
#include "x86/apic.h"
#include "x86/machine.h"
#include "x86/smp.h"
#include "x86/x86.h"

enum kind { ABSENT, GSI, MSI };

struct irq {
    enum kind kind;
    uint8_t vector; /* 0: none yet */
    bool is_level, is_low;
    bool is_set_up; /* by irq_setup_gsi, not only by the firmware's tables */
    bool is_bound, in_service;
    void (*own)(void);
    struct msi msi;
};

static struct lock irq_lock; /* all below; the controllers' registers too */
static struct irq irqs[IRQ_COUNT];
static uint16_t irq_of_vector[256]; /* number + 1; 0: nobody's */
static unsigned next_vector = VECTOR_FIRST;
static uint32_t destination; /* APIC id of the CPU that takes device interrupts */

static bool vector_is_usable(unsigned vector)
{
    return vector != 0x80 && vector != 0x82 && !irq_of_vector[vector];
}

static int vector_give(unsigned irq)
{
    for (unsigned i = VECTOR_FIRST; i <= VECTOR_LAST; i++) {
        unsigned vector = next_vector;

        next_vector = vector == VECTOR_LAST ? VECTOR_FIRST : vector + 1;
        if (!vector_is_usable(vector))
            continue;
        irq_of_vector[vector] = (uint16_t)(irq + 1);
        irqs[irq].vector = (uint8_t)vector;
        return 0;
    }
    return -ENOSPC;
}

static void pin_mask(unsigned irq, bool masked)
{
    if (irqs[irq].kind == GSI)
        ioapic_mask(irq, masked);
    else
        msi_mask(&irqs[irq].msi, masked);
}

static void route(unsigned irq)
{
    const struct irq *i = &irqs[irq];
    struct ioapic_pin pin = {i->vector, i->is_level, i->is_low, destination};

    if (i->kind == GSI)
        ioapic_route(irq, &pin);
}

/* Until somebody says otherwise: ISA interrupts as the MADT has them, PCI's level and active low. */
static void gsi_defaults(void)
{
    for (unsigned gsi = 0; gsi < ioapic_gsi_count(); gsi++)
        if (ioapic_has(gsi))
            irqs[gsi] = (struct irq){.kind = GSI, .is_level = gsi >= 16, .is_low = gsi >= 16};
    for (unsigned i = 0; i < acpi.overrides; i++) {
        const struct acpi_override *o = &acpi.override[i];

        if (o->gsi < IRQ_COUNT && irqs[o->gsi].kind == GSI) {
            irqs[o->gsi].is_level = o->is_level;
            irqs[o->gsi].is_low = o->is_low;
        }
    }
}

void irq_init(void)
{
    pic_silence();
    lapic_init();
    ioapic_init();
    destination = lapic_id();
    gsi_defaults();
}

void irq_cpu_init(void)
{
    lapic_cpu_init();
}

unsigned irq_gsi_count(void)
{
    return ioapic_gsi_count();
}

bool irq_exists(unsigned irq)
{
    return irq < IRQ_COUNT && irqs[irq].kind != ABSENT;
}

bool irq_is_level(unsigned irq)
{
    return irq_exists(irq) && irqs[irq].is_level;
}

static int setup_gsi(unsigned gsi, bool is_level, bool is_low)
{
    struct irq *i = &irqs[gsi];

    if (i->is_set_up && i->is_level == is_level && i->is_low == is_low)
        return -EEXIST;
    if (i->is_bound)
        return i->is_level == is_level && i->is_low == is_low ? 0 : -EBUSY;
    i->is_level = is_level;
    i->is_low = is_low;
    i->is_set_up = true;
    return 0;
}

int irq_setup_gsi(unsigned gsi, bool is_level, bool is_low)
{
    int rc = -EINVAL;

    lock_take(&irq_lock);
    if (irq_exists(gsi) && irqs[gsi].kind == GSI)
        rc = setup_gsi(gsi, is_level, is_low);
    lock_drop(&irq_lock);
    return rc;
}

static int bind(unsigned irq, void (*own)(void))
{
    struct irq *i;
    int rc;

    if (!irq_exists(irq))
        return -EINVAL;
    i = &irqs[irq];
    if (i->is_bound)
        return -EBUSY;
    rc = i->vector ? 0 : vector_give(irq);
    if (rc)
        return rc;
    i->is_bound = true;
    i->in_service = false;
    i->own = own;
    route(irq);
    pin_mask(irq, false);
    return 0;
}

int irq_bind(unsigned irq)
{
    int rc;

    lock_take(&irq_lock);
    rc = bind(irq, NULL);
    lock_drop(&irq_lock);
    return rc;
}

int irq_bind_own(unsigned isa_irq, void (*handler)(void))
{
    int rc;

    lock_take(&irq_lock);
    rc = bind(acpi_isa_irq(&acpi, (uint8_t)isa_irq).gsi, handler);
    lock_drop(&irq_lock);
    return rc;
}

static void unbind(unsigned irq)
{
    if (!irqs[irq].is_bound || irqs[irq].own)
        return;
    pin_mask(irq, true);
    irqs[irq].is_bound = false;
    irqs[irq].in_service = false;
}

void irq_unbind(unsigned irq)
{
    lock_take(&irq_lock);
    if (irq_exists(irq))
        unbind(irq);
    lock_drop(&irq_lock);
}

void irq_eoi(unsigned irq)
{
    lock_take(&irq_lock);
    if (irq_exists(irq) && irqs[irq].in_service) {
        irqs[irq].in_service = false;
        pin_mask(irq, false);
    }
    lock_drop(&irq_lock);
}

/* Takes note of an arrival: its number and whose handler it has, or -1 when it is nobody's now (it was
 * under way when its pin was masked). */
static int arrive(unsigned vector, void (**own)(void))
{
    unsigned irq;
    int number = -1;

    lock_take(&irq_lock);
    irq = irq_of_vector[vector] - 1u;
    if (irq < IRQ_COUNT && irqs[irq].is_bound) {
        if (irqs[irq].is_level) {
            pin_mask(irq, true);
            irqs[irq].in_service = true;
        }
        *own = irqs[irq].own;
        number = (int)irq;
    }
    lock_drop(&irq_lock);
    return number;
}

void irq_dispatch(uint32_t vector)
{
    void (*own)(void);
    int irq;

    if (vector == VECTOR_TIMER) {
        clock_interrupt();
        return;
    }
    if (vector == VECTOR_KICK) {
        lapic_eoi();
        cpu_answer();
        cpu_stop_if_asked();
        return;
    }
    if (vector < VECTOR_FIRST || vector > VECTOR_LAST)
        return; /* spurious: no EOI is due */
    irq = arrive(vector, &own);
    lapic_eoi();
    if (irq < 0)
        return;
    if (!own) {
        on_irq((unsigned)irq);
        return;
    }
    own();
    irq_eoi((unsigned)irq);
}

/* --- Messages --- */

static bool is_same(const struct msi *a, const struct msi *b)
{
    return a->bdf == b->bdf && a->is_msix == b->is_msix && a->entry == b->entry;
}

static int create_msi(const struct msi *m)
{
    unsigned free = 0;
    int rc;

    for (unsigned i = ioapic_gsi_count(); i < IRQ_COUNT; i++) {
        if (irqs[i].kind == MSI && is_same(&irqs[i].msi, m))
            return -EEXIST;
        if (irqs[i].kind == ABSENT && !free)
            free = i;
    }
    if (!free)
        return -ENOSPC;
    irqs[free] = (struct irq){.kind = MSI, .msi = *m};
    rc = msi_map(&irqs[free].msi);
    if (!rc)
        rc = vector_give(free);
    if (rc) {
        irqs[free].kind = ABSENT;
        return rc;
    }
    msi_program(&irqs[free].msi, irqs[free].vector, destination);
    return (int)free;
}

int irq_create_msi(const struct msi *m)
{
    int rc;

    lock_take(&irq_lock);
    rc = create_msi(m);
    lock_drop(&irq_lock);
    return rc;
}

int irq_destroy_msi(unsigned irq)
{
    int rc = -EINVAL;

    lock_take(&irq_lock);
    if (irq_exists(irq) && irqs[irq].kind == MSI) {
        unbind(irq);
        msi_mask(&irqs[irq].msi, true);
        irq_of_vector[irqs[irq].vector] = 0;
        irqs[irq] = (struct irq){.kind = ABSENT};
        rc = 0;
    }
    lock_drop(&irq_lock);
    return rc;
}

int irq_restore_msi(uint16_t bdf)
{
    int rc = -ENODEV;

    lock_take(&irq_lock);
    for (unsigned i = ioapic_gsi_count(); i < IRQ_COUNT; i++) {
        if (irqs[i].kind != MSI || irqs[i].msi.bdf != bdf)
            continue;
        msi_program(&irqs[i].msi, irqs[i].vector, destination);
        msi_mask(&irqs[i].msi, !irqs[i].is_bound);
        rc = 0;
    }
    lock_drop(&irq_lock);
    return rc;
}
