/* SPDX-License-Identifier: BSD-2-Clause */
/* Birth: from the boot loader's jump to dom0's first instruction, as one readable list of calls. */
#include "core/boot.h"
#include "core/create.h"
#include "core/dom0.h"
#include "core/early.h"
#include "core/main.h"
#include "core/options.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include "pv/emulate.h"
#include "sched/sched.h"
#include "x86/acpi.h"
#include "x86/cpu.h"
#include "x86/irq.h"
#include "x86/machine.h"

static const struct boot_info *boot;

__attribute__((noreturn)) void exit_to_guest(void);

static void scheduler_start(void)
{
    if (sched_init(NULL))
        panic("no such scheduler");
    this_cpu()->current = idle_create(this_cpu()->id);
    if (sched_cpu_init(this_cpu()->current))
        panic("no memory for the scheduler");
}

/* On CPU 0's own stack. */
static void main_on_own_stack(void)
{
    struct domain *d;

    cpu_init(window_create());
    paging_drop_boot_map();
    mm_quick_init(boot_ram_end(boot));
    acpi_init(boot->rsdp);
    irq_init();
    clock_init();
    console_irq_init();
    scheduler_start();
    cpuid_init(0, false);
    ports_init(0);
    mm_set_machine_map(boot->region, boot->regions);
    d = dom0_build(boot);
    d->state = DOMAIN_RUNNING;
    pvclock_publish(d->vcpus[0]);
    sched_up(d->vcpus[0]);
    exit_to_guest();
}

void boot_main(uint32_t magic, uint32_t information)
{
    console_early_init();
    boot = boot_parse(magic, information);
    options_parse(boot->arguments);
    printk("Vantage, started by %s: %s\n", boot->loader, boot->arguments);
    early_init(boot);
    paging_init(boot_ram_end(boot), early_frame);
    enter_on_stack((uint64_t)cpu_create(0, early_frame), main_on_own_stack);
}
