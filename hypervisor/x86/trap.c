/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps that did not come from a guest by the ordinary way: faults and interrupt windows inside the
 * hypervisor, and the four vectors with stacks of their own.
 *
 * A fault of ours is either listed in the fault-fix table (we touched guest memory or a guest's
 * selector), or is the IRETQ that returns to a guest (then it is the guest's fault, taken one
 * instruction early), or is a bug. A selector may lie in a page of the guest's LDT that is not
 * mapped yet: then the instruction gets a second chance.
 *
 * [trap.virtual]  QEMU lets IRET at CPL 3 enter virtual-8086 mode, which no processor does. There
 * cs is no selector and its low bits say nothing, so rflags.VM says guest as well
 */
#include "lib/bug.h"
#include "x86/fixup.h"
#include "x86/irq.h"
#include "x86/report.h"
#include "x86/restart.h"
#include "x86/trap.h"
#include "x86/smp.h"
#include "x86/x86.h"

extern const char guest_iretq[], exit_to_guest[];

/* What IRETQ could not load, on the stack it was to be loaded from. */
static void take_frame(struct regs *to, const uint64_t *frame)
{
    to->rip = frame[0];
    to->cs = (uint16_t)frame[1];
    to->rflags = frame[2];
    to->rsp = frame[3];
    to->ss = (uint16_t)frame[4];
}

/* Gives the fault to the guest that IRETQ was returning to, then leaves again through the exit. The context
 * need not be whole, but the registers are the guest's already. */
static void iret_fault(struct regs *r)
{
    struct context *c = (struct context *)this_cpu()->current;

    c->regs = *r;
    take_frame(&c->regs, (const uint64_t *)r->rsp);
    on_iret_fault(c, r->vector, r->error_code);
    r->rip = (uint64_t)exit_to_guest;
    r->rsp = c->cpu_stack;
}

void on_hypervisor_trap(struct regs *r)
{
    uint64_t fix;

    if (r->vector >= 32) {
        irq_dispatch(r->vector);
        return;
    }
    fix = fixup_find(r->rip);
    if (!fix && r->rip != (uint64_t)guest_iretq)
        report_panic(r, "unexpected trap");
    if (r->vector == TRAP_PF && on_ldt_fault(read_cr2()))
        return;
    if (fix)
        r->rip = fix;
    else
        iret_fault(r);
}

static bool is_from_guest(const struct regs *r)
{
    return (r->cs & 3) == 3 || r->rflags & FLAG_VM; /* [trap.virtual] */
}

/* A guest's #DB goes the ordinary way; its registers move to where entry_trap would have put them.
 * One of ours is a data breakpoint a guest set, hit while we touch its memory: nothing to do. */
static struct context *debug_trap_entry(struct regs *r)
{
    struct context *c = (struct context *)this_cpu()->current;

    if (!is_from_guest(r)) {
        r->rflags &= ~(uint64_t)FLAG_TF;
        return NULL;
    }
    c->regs = *r;
    return c;
}

bool (*debug_test)(const struct regs *r);

struct context *on_ist_trap(struct regs *r)
{
    if (!is_from_guest(r)) {
        if (unlikely(debug_test) && r->vector == TRAP_DB && debug_test(r))
            return NULL;
        r->rip = restart_check(r->rip);
    }
    switch (r->vector) {
    case TRAP_DB:
        return debug_trap_entry(r);
    case TRAP_NMI:
        cpu_stop_if_asked();
        on_nmi(r->rip, is_from_guest(r));
        r->rflags &= ~(uint64_t)FLAG_VM; /* [trap.virtual] our IRETQ could not lead there */
        return NULL;
    default:
        report_panic(r, r->vector == TRAP_DF ? "double fault" : "machine check");
    }
}

bool preempt_wanted(void)
{
    __asm__ volatile("sti; nop; cli" : : : "memory");
    return on_preempt_check();
}
