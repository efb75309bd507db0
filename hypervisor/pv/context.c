/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turning a CPU from one vCPU to another: everything the hardware holds that is not in struct
 * context.
 *
 * The FPU is switched eagerly, whole, when the CPU's registers belong to somebody else. [fpu.eager]
 *
 * [context.home]  only the home CPU of a vCPU holds anything of it, and is_loaded says whether it does: so who
 *                 finds a vCPU not running and not loaded may move it, look at it or take it apart
 */
#include "mm/room.h"
#include "pv/emulate.h"
#include "pv/pv.h"
#include "pv/segments.h"
#include "sched/sched.h"
#include "x86/fpu.h"

/* Whose registers a CPU holds. The idle vCPU has none, so this may not be the one that runs. [context.home] */
static struct vcpu *loaded[MAX_CPUS];

static void leave(struct vcpu *v)
{
    segments_save(v);
    debugreg_unload(v);
    fpu_save(v->fpu);
}

static void enter(struct vcpu *v)
{
    cpu_set_context(&v->ctx, v->windows, v->ldt_entries);
    segments_load(v);
    debugreg_load(v);
    fpu_load(v->fpu, v->xcr0);
    control_load(v);
    __atomic_store_n(&v->is_loaded, true, __ATOMIC_RELAXED);
}

/* Before the domain's tables are loaded, so that nobody changes them without us. */
static void domain_enters(struct domain *d)
{
    __atomic_fetch_or(&d->dirty_cpus, 1ull << this_cpu()->id, __ATOMIC_SEQ_CST);
}

static void domain_leaves(struct domain *d)
{
    __atomic_fetch_and(&d->dirty_cpus, ~(1ull << this_cpu()->id), __ATOMIC_SEQ_CST);
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

static void turn_to(struct vcpu *next, struct vcpu *last)
{
    struct domain *from = last ? last->domain : NULL;

    if (last)
        leave(last);
    if (from != next->domain)
        domain_enters(next->domain);
    enter(next);
    loaded[this_cpu()->id] = next;
    load_address_space(next);
    if (from && from != next->domain)
        domain_leaves(from);
    if (last) /* [context.home] */
        __atomic_store_n(&last->is_loaded, false, __ATOMIC_RELEASE);
}

/* The idle vCPU runs no guest code, so whatever was loaded stays until somebody else comes. */
void context_switch(struct vcpu *next)
{
    struct cpu *cpu = this_cpu();

    cpu->current = next;
    if (next->is_idle)
        next->ctx.cpu_stack = (uint64_t)cpu & ~15ull;
    else if (loaded[cpu->id] != next)
        turn_to(next, loaded[cpu->id]);
    else
        load_address_space(next);
}

void context_unload(void)
{
    struct cpu *cpu = this_cpu();
    struct vcpu *last = loaded[cpu->id];

    if (!last)
        return;
    leave(last);
    cpu_set_context(&cpu->idle->ctx, cpu->windows, 0);
    paging_load_own();
    loaded[cpu->id] = NULL;
    domain_leaves(last->domain);
    __atomic_store_n(&last->is_loaded, false, __ATOMIC_RELEASE);
}

#define XCR0_AT_RESET 1

int context_init(struct vcpu *v)
{
    v->fpu = room_alloc(&v->room, FPU_AREA_BYTES);
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

void context_destroy(struct vcpu *v)
{
    if (v->windows)
        window_destroy(v->windows);
    room_free(v->fpu);
}
