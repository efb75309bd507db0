/* SPDX-License-Identifier: BSD-2-Clause */
/* The other CPUs: all they need is made by the first one before they run. */
#include "core/cpus.h"
#include "control/create.h"
#include "core/options.h"
#include "core/tracing.h"
#include "lib/bug.h"
#include "sched/sched.h"
#include "trace/trace.h"
#include "x86/acpi.h"
#include "x86/apic.h"
#include "x86/cpu.h"
#include "x86/fpu.h"
#include "x86/irq.h"
#include "x86/smp.h"
#include "x86/machine.h"

void cpu_prepare(void)
{
    struct cpu *c = this_cpu();

    c->current = c->idle;
    if (sched_cpu_init(c->idle))
        panic("no memory for the scheduler");
    fpu_init();
}

/* The first function of another CPU. */
static void on_own_stack(void)
{
    cpu_init(window_create());
    paging_load_own();
    irq_cpu_init();
    clock_cpu_init();
    cpu_prepare();
    cpu_started();
    exit_to_guest();
}

/* What was made for a CPU that does not come is lost. */
static void start_one(uint32_t apic_id, mfn_t (*alloc)(void))
{
    struct cpu *c = cpu_create(alloc);

    c->idle = idle_create(c->id);
    tracing_cpu_start(c);
    if (!cpu_start(c, apic_id, on_own_stack))
        trace_cpu_forget(c);
}

void cpus_start(mfn_t (*alloc)(void))
{
    uint32_t mine = lapic_id();

    this_cpu()->apic_id = mine;
    for (unsigned i = 0; i < acpi.cpus && cpu_count() < MIN(options.max_cpus, MAX_CPUS); i++)
        if (acpi.cpu[i].apic_id != mine && acpi.cpu[i].apic_id < 255) /* xAPIC messages reach no others */
            start_one(acpi.cpu[i].apic_id, alloc);
    if (acpi.cpus > 1)
        printk("cpu: %u of %u processors run\n", cpu_count(), acpi.cpus);
}
