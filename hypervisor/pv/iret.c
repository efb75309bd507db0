/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Return from guest kernel mode: the iret hypercall.
 *
 * Selectors are only forced to ring 3 here; whether the processor likes them shows at our own
 * IRETQ, whose fault on_iret_fault gives back to the guest as the fault of its own IRET.
 */
#include "pv/mode.h"
#include "pv/pv.h"
#include "trace/trace.h"

#define FLAGS_KEPT_FROM_GUEST (~(uint64_t)(FLAG_IOPL | FLAG_VM))

void guest_iret(struct vcpu *v)
{
    struct regs *r = &v->ctx.regs;
    struct iret_context f;

    if (unlikely(guest_get(&f, GPTR(r->rsp)))) {
        domain_crash(v->domain, "vcpu %u: the iret frame at %lx cannot be read", v->id, r->rsp);
        return;
    }
    if ((f.cs & 3) == 3) {
        if (unlikely(mfn_is_none(v->user_l4))) {
            domain_crash(v->domain, "vcpu %u: iret to user mode without a user base table", v->id);
            return;
        }
        mode_to_user(v);
    }
    r->rip = f.rip;
    r->cs = (f.cs & 0xffff) | 3;
    r->rflags = (f.rflags & FLAGS_KEPT_FROM_GUEST) | FLAG_IF | 2;
    r->rsp = f.rsp;
    r->ss = (f.ss & 0xffff) | 3;
    r->rax = f.rax;
    r->r11 = f.r11;
    r->rcx = f.rcx;
    v->info->evtchn_upcall_mask = !(f.rflags & FLAG_IF);
    trace_iret(f.rip, v->in_user);
}

void on_iret_fault(struct context *c, uint32_t vector, uint32_t error)
{
    struct vcpu *v = (struct vcpu *)c;

    c->regs.vector = vector;
    c->regs.error_code = error;
    if (vector == TRAP_PF)
        page_fault(v); /* a selector in a page missing from the guest's LDT */
    else
        reflect(v, vector, error);
}
