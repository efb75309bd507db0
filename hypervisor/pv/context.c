/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turning a CPU from one vCPU to another: everything the hardware holds that is not in struct
 * context.
 *
 * The FPU is switched eagerly, whole, when the CPU's registers belong to somebody else. [fpu.eager]
 */
#include "mm/mm.h"
#include "pv/emulate.h"
#include "pv/pv.h"
#include "pv/segments.h"
#include "sched/sched.h"
#include "x86/fpu.h"

/* Whose registers a CPU holds. The idle vCPU has none, so this may not be the one that runs. */
static struct vcpu *fpu_owner[MAX_CPUS], *loaded[MAX_CPUS];

static void fpu_switch(struct vcpu *v)
{
    struct vcpu **owner = &fpu_owner[this_cpu()->id];

    if (*owner == v)
        return;
    if (*owner)
        fpu_save((*owner)->fpu);
    fpu_load(v->fpu, v->xcr0);
    *owner = v;
}

static void leave(struct vcpu *v)
{
    segments_save(v);
    debugreg_unload(v);
}

static void enter(struct vcpu *v)
{
    uint64_t bit = 1ull << this_cpu()->id;

    __atomic_fetch_or(&v->domain->dirty_cpus, bit, __ATOMIC_SEQ_CST);
    cpu_set_context(&v->ctx, v->windows, v->ldt_entries);
    segments_load(v);
    debugreg_load(v);
    fpu_switch(v);
    control_load(v);
}

/* The guest's run-state area is a kernel address: it is written before user mode's table is loaded.
 */
static void load_address_space(struct vcpu *v)
{
    cr3_load(v->kernel_l4);
    runstate_publish(v);
    if (v->in_user)
        cr3_load(v->user_l4);
}

/* The idle vCPU runs no guest code, so whatever was loaded stays until somebody else comes. */
void context_switch(struct vcpu *next)
{
    struct cpu *cpu = this_cpu();

    cpu->current = next;
    if (next->is_idle) {
        next->ctx.cpu_stack = (uint64_t)cpu & ~15ull;
        return;
    }
    if (loaded[cpu->id] != next) {
        if (loaded[cpu->id])
            leave(loaded[cpu->id]);
        enter(next);
        loaded[cpu->id] = next;
    }
    load_address_space(next);
}

#define XCR0_AT_RESET 1

int context_init(struct vcpu *v)
{
    v->fpu = hv_alloc(0);
    if (!v->fpu)
        return -ENOMEM;
    fpu_area_init(v->fpu);
    v->xcr0 = XCR0_AT_RESET;
    v->kernel_l4 = v->user_l4 = v->info_mfn = MFN_NONE;
    for (unsigned i = 0; i < ARRAY_SIZE(v->gdt_frames); i++)
        v->gdt_frames[i] = MFN_NONE;
    for (unsigned i = 0; i < ARRAY_SIZE(v->ldt_frames); i++)
        v->ldt_frames[i] = MFN_NONE;
    v->windows = window_create();
    debugreg_reset(v);
    return 0;
}

/* The caller's vCPU is loaded here, and its FPU too. */
bool context_forget(struct vcpu *v)
{
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
        if (loaded[cpu] == v || fpu_owner[cpu] == v)
            return false;
    return true;
}

void context_destroy(struct vcpu *v)
{
    if (v->windows)
        window_destroy(v->windows);
    hv_free(v->fpu, 0);
}
