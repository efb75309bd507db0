/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which domain an interrupt goes to. Only the hardware domain has any, and its numbers are the machine's:
 * pirq n is interrupt n of x86/irq.h.
 *
 * [irqs.owner] an interrupt is bound for a domain only between its on_pirq_bind and on_pirq_unbind
 */
#include "control/control.h"
#include "event/event.h"
#include "lib/bits.h"
#include "mm/mm.h"
#include "x86/irq.h"
#include "x86/machine.h"
#include "x86/x86.h"
#include "trace/trace.h"

_Static_assert(IRQ_COUNT <= PIRQS_MAX, "every interrupt has a pirq");

static struct domain *owner; /* the hardware domain; set once, before it runs */
static uint64_t bound[IRQ_COUNT / 64]; /* atomic */

void irqs_give(struct domain *d)
{
    owner = d;
}

int on_pirq_bind(struct domain *d, unsigned pirq, bool share)
{
    int rc;

    if (d != owner)
        return -EPERM;
    if (pirq >= IRQ_COUNT || bit_test_set(bound, pirq))
        return pirq >= IRQ_COUNT ? -EINVAL : -EBUSY;
    rc = irq_bind(pirq);
    if (rc)
        bit_test_clear(bound, pirq);
    return rc;
}

void on_pirq_unbind(struct domain *d, unsigned pirq)
{
    if (d != owner || pirq >= IRQ_COUNT || !bit_test(bound, pirq))
        return;
    irq_unbind(pirq);
    bit_test_clear(bound, pirq);
}

int irqs_create_msi(struct domain *d, uint16_t bdf, bool is_msix, unsigned entry)
{
    struct msi m;
    int rc;

    if (d != owner)
        return -EPERM;
    rc = msi_find(&m, bdf, is_msix, entry);
    if (rc)
        return rc;
    if (is_msix && (machine_is_memory(m.slot_phys) ||
                    !mm_io_permitted(d, MFN(m.slot_phys >> PAGE_SHIFT))))
        return -EINVAL;
    return irq_create_msi(&m);
}

void on_irq(unsigned irq)
{
    trace_irq(irq);
    event_pirq(owner, irq);
}

void on_console_input(void)
{
    if (owner)
        event_virq_global(owner, VIRQ_CONSOLE);
}
