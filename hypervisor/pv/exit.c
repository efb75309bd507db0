/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way back to a guest. Nothing is held here: work that was put off is done, a vCPU that may
 * not go on is left, and what waits for the guest is delivered.
 */
#include "event/event.h"
#include "pv/pv.h"
#include "sched/sched.h"

/* Waits for an interrupt. STI takes effect after the next instruction, so none is lost before HLT.
 */
static void idle(void)
{
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

static bool may_run(const struct vcpu *v)
{
    return v->state == VCPU_RUNNING && !v->crashed && !v->is_idle;
}

/* Does what interrupts and other CPUs asked for, and turns to the vCPU that shall run. */
static void do_work(struct cpu *cpu)
{
    struct vcpu *next;

    if (sched_work() & WORK_TIMERS)
        timers_run();
    next = sched_next(cpu->current);
    if (next != cpu->current)
        context_switch(next);
    if (next->is_idle && !sched_has_work())
        idle();
}

struct context *on_exit(void)
{
    struct cpu *cpu = this_cpu();

    for (;;) {
        struct vcpu *v = cpu->current;

        if (unlikely(sched_has_work()) || unlikely(!may_run(v)))
            do_work(cpu);
        else if (unlikely(event_pending(v)))
            bounce(v, v->event_callback);
        else
            break;
    }
    if (cpu->flush_tlb)
        cr3_load(MFN(cpu->cr3 >> PAGE_SHIFT));
    return &cpu->current->ctx;
}
