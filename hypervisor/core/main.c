/* SPDX-License-Identifier: BSD-2-Clause */
/* Birth: from the boot loader's jump to dom0's first instruction, as one readable list of calls. */
#include "control/control.h"
#include "control/create.h"
#include "core/boot.h"
#include "core/cpus.h"
#include "core/dom0.h"
#include "core/guests.h"
#include "core/main.h"
#include "core/options.h"
#include "core/tracing.h"
#include "event/event.h"
#include "grant/grant.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include "pv/emulate.h"
#include "sched/sched.h"
#include "x86/acpi.h"
#include "x86/cpu.h"
#include "x86/fpu.h"
#include "x86/irq.h"
#include "x86/machine.h"

#define LOW_MEMORY_END 0x100000ull /* below: firmware's and the drivers' */

extern const char image_end[];

static const struct boot_info *boot;
static bool heap_is_up;

/* Zeroed frames for our own page tables and stacks, from whoever gives out memory at the time. */
static mfn_t own_frame(void)
{
    mfn_t m = heap_is_up ? frame_alloc(0, ~0ull, false) : mm_early_frame();

    if (mfn_is_none(m))
        panic("no memory for a page table of our own");
    return m;
}

/* What is RAM, and what of it is taken already. */
static void memory_note(void)
{
    for (unsigned i = 0; i < boot->regions; i++) {
        const struct boot_region *r = &boot->region[i];
        uint64_t first = ROUND_UP(MAX(r->start, LOW_MEMORY_END), PAGE_SIZE) >> PAGE_SHIFT;
        uint64_t end = (r->start + r->size) >> PAGE_SHIFT;

        if (r->type == REGION_RAM && first < end)
            mm_early_ram(MFN(first), end - first);
        if (r->type != REGION_RESERVED)
            machine_note_memory(r->start, r->size);
    }
    mm_early_reserve(MFN(IMAGE_PHYS >> PAGE_SHIFT),
                     ((uint64_t)image_end - IMAGE_VA - IMAGE_PHYS) >> PAGE_SHIFT);
    for (unsigned i = 0; i < boot->modules; i++) {
        const struct boot_module *m = &boot->module[i];
        uint64_t first = m->start >> PAGE_SHIFT;

        mm_early_reserve(MFN(first),
                         (ROUND_UP(m->start + m->size, PAGE_SIZE) >> PAGE_SHIFT) - first);
    }
}

/* Bits of a physical address: CPUID 0x80000008, and 36 where a processor has no such leaf (SDM vol. 3,
 * 4.1.4; Intel answers with some other leaf then). */
static unsigned phys_bits(void)
{
    if (cpuid(0x80000000, 0).eax < 0x80000008)
        return 36;
    return cpuid(0x80000008, 0).eax & 0xff;
}

static void devices_start(void)
{
    acpi_init(boot->rsdp);
    irq_init();
    machine_each_forbidden(mm_deny_io);
    clock_init();
    console_irq_init();
}

static void scheduler_start(void)
{
    this_cpu()->idle = idle_create(this_cpu()->id);
    cpu_prepare();
}

static void dom0_start(void)
{
    struct domain *d = dom0_build(boot);

    irqs_give(d);
    d->state = DOMAIN_RUNNING;
    sched_up(d->vcpus[0]);
}

/* On CPU 0's own stack. */
static void main_on_own_stack(void)
{
    cpu_join();
    cpu_init(window_create());
    paging_drop_boot_map();
    mm_boot_init(phys_bits());
    heap_is_up = true;
    mm_audit_source(grant_audit);
    mm_audit_source(rings_audit);
    mm_set_machine_map((const struct e820entry *)boot->region, boot->regions);
    devices_start();
    tracing_start();
    scheduler_start();
    cpus_start(own_frame);
    cpuid_init(fpu_components(), false);
    ports_init(acpi.pm_timer);
    if (console_port())
        ports_deny(console_port(), console_port() + 7);
    dom0_start();
    guests_start(boot);
    exit_to_guest();
}

void on_boot(uint32_t magic, uint32_t information)
{
    console_early_init();
    boot = boot_parse(magic, information);
    version_set_command_line(boot->arguments);
    options_parse(boot->arguments);
    printk("Vantage, started by %s: %s\n", boot->loader, boot->arguments);
    memory_note();
    tracing_place(boot);
    paging_init(boot_ram_end(boot), own_frame);
    enter_on_stack((uint64_t)cpu_create(own_frame), main_on_own_stack);
}
