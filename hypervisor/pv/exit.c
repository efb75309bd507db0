/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way back to a guest. Nothing is held here: work that was put off is done, a vCPU that may
 * not go on is left, and what waits for the guest is delivered.
 */
#include "control/destroy.h"
#include "event/event.h"
#include "pv/pv.h"
#include "sched/sched.h"
#include "trace/trace.h"

/* Waits for an interrupt. STI takes effect after the next instruction, so none is lost before HLT.
 */
static void idle(void)
{
    struct trace_time begin = trace_begin(TRACE_SCHED);

    __asm__ volatile("sti; hlt; cli" : : : "memory");
    trace_idle(begin, this_cpu()->id);
}

static bool may_run(const struct vcpu *v)
{
    return v->state == VCPU_RUNNING && !v->crashed && !v->is_idle;
}

static void answer_others(struct cpu *cpu)
{
    if (cpu->current->is_idle)
        context_unload();
    if (sched_work() & WORK_MOVE)
        sched_move_out();
    if (sched_work() & WORK_HOLD)
        hold_here();
}

/* Does what interrupts and other CPUs asked for, and turns to the vCPU that shall run. */
static void do_work(struct cpu *cpu)
{
    struct vcpu *next;

    if (sched_work() & WORK_TIMERS)
        timers_run();
    next = sched_next(cpu->current);
    if (next != cpu->current) {
        context_switch(next);
        sched_switched();
    }
    if (unlikely(sched_work() & (WORK_MOVE | WORK_HOLD)))
        answer_others(cpu);
    if (next->is_idle && !sched_has_work() && !zombies_bury_idle())
        idle();
}

static void upcall(struct vcpu *v)
{
    trace_upcall(v->ctx.regs.rip, v->domain->id, v->id, v->in_user);
    bounce(v, v->event_callback);
}

/* Also says how long the first of the events waited. */
static __attribute__((noinline, cold)) void measured_upcall(struct vcpu *v)
{
    uint64_t since = __atomic_exchange_n(&v->pending_since, 0, __ATOMIC_RELAXED);

    trace_count(TRACE_ROW_pending_to_upcall, trace_now() - since);
    trace_pending(trace_time_of(since), v->domain->id, v->id);
    upcall(v);
}

static void deliver(struct vcpu *v)
{
    if (unlikely(v->pending_since))
        measured_upcall(v);
    else
        upcall(v);
}

static bool is_settled(const struct vcpu *v)
{
    return !sched_has_work() && may_run(v) && !event_pending(v);
}

/* Until nothing is left that must happen before guest code runs. */
static __attribute__((noinline)) void settle(struct cpu *cpu)
{
    for (;;) {
        struct vcpu *v = cpu->current;

        if (sched_has_work() || !may_run(v))
            do_work(cpu);
        else if (event_pending(v))
            deliver(v);
        else
            break;
    }
}

/* Behind a hypercall, when it is recorded (straight.S). */
void on_tlb_empty(uint64_t cr3)
{
    trace_tlb_empty(cr3);
}

struct context *on_exit(void)
{
    struct cpu *cpu = this_cpu();

    if (unlikely(!is_settled(cpu->current)))
        settle(cpu);
    if (unlikely(cpu->flush_tlb)) {
        trace_tlb_empty(cpu->cr3);
        cr3_load(MFN(cpu->cr3 >> PAGE_SHIFT));
    }
    return &cpu->current->ctx;
}
