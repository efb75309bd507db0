/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows when a domain stops. The hardware domain takes the machine with it. */
#include "core/options.h"
#include "domain/domain.h"
#include "event/event.h"
#include "lib/bug.h"
#include "sched/sched.h"
#include "trace/trace.h"

#include <xen/sched.h>

static void machine_follows(unsigned reason)
{
    switch (reason) {
    case SHUTDOWN_poweroff:
        printk("dom0 powered off\n");
        machine_power_off();
    case SHUTDOWN_reboot:
        printk("dom0 asked for a reboot\n");
        machine_reboot();
    default:
        printk("dom0 stopped (reason %u)\n", reason);
        if (options.noreboot)
            machine_halt();
        machine_reboot();
    }
}

static void tell_control_domain(void)
{
    struct domain *control = domain_by_id(0);

    if (control)
        event_virq_global(control, VIRQ_DOM_EXC);
}

void on_domain_shutdown(struct domain *d, uint8_t reason)
{
    if (!domain_change(d, DOMAIN_RUNNING, DOMAIN_SHUTDOWN) && !domain_change(d, DOMAIN_PAUSED, DOMAIN_SHUTDOWN))
        return;
    d->shutdown_reason = reason;
    trace_domain_shutdown(d->id, reason);
    if (reason == SHUTDOWN_crash)
        trace_freeze(d->id);
    for (unsigned i = 0; i < d->vcpu_count; i++)
        d->vcpus[i]->crashed = true;
    if (d->is_hardware)
        machine_follows(reason);
    sched_domain_changed(d);
    tell_control_domain();
}
