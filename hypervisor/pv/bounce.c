/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Into the guest kernel: the frame that a system call, an exception or an event leaves on its
 * stack.
 *
 *      rsp ─► rcx
 *             r11
 *             [error code]
 *             rip
 *             cs, and the old event mask in bits 32-39
 *             rflags, IF telling the old event mask
 *             rsp
 *             ss             (stack aligned to 16 above this)
 *
 * The guest pops rcx and r11 and has the frame a processor would have pushed.
 */
#include "pv/mode.h"
#include "pv/pv.h"
#include "trace/trace.h"

#define FLAGS_CLEARED (FLAG_AC | FLAG_VM | FLAG_RF | FLAG_NT | FLAG_TF)

/* Exceptions that push an error code (SDM vol. 3, 6.15). */
#define VECTORS_WITH_ERROR                                                                         \
    (BIT_OF(TRAP_DF) | BIT_OF(TRAP_TS) | BIT_OF(TRAP_NP) | BIT_OF(TRAP_SS) | BIT_OF(TRAP_GP) |     \
     BIT_OF(TRAP_PF) | BIT_OF(TRAP_AC))
#define BIT_OF(n) (1u << (n))

static __attribute__((cold)) void no_handler(struct vcpu *v)
{
    domain_crash(v->domain, "vcpu %u has no handler for what happened at %lx (vector %u)", v->id,
                 v->ctx.regs.rip, v->ctx.regs.vector);
}

static __attribute__((cold)) void no_stack(struct vcpu *v, uint64_t sp)
{
    domain_crash(v->domain, "vcpu %u: the kernel stack at %lx cannot be written", v->id, sp);
}

/* The flags as the guest kernel shall see them: IF tells the event mask, IOPL is only shown on
 * request. */
static inline uint64_t flags_shown(const struct vcpu *v, uint8_t mask)
{
    uint64_t flags = v->ctx.regs.rflags & ~(uint64_t)(FLAG_IF | FLAG_IOPL);

    if (unlikely(v->vm_assist & 1u << VMASST_TYPE_architectural_iopl))
        flags |= (uint64_t)v->iopl << 12;
    return mask ? flags : flags | FLAG_IF;
}

/* Expanded twice, with and without an error code: this is on the path of every system call. */
static inline __attribute__((always_inline)) void deliver(struct vcpu *v, struct callback to,
                                                          bool has_error, uint32_t error)
{
    struct regs *r = &v->ctx.regs;
    uint8_t mask = v->info->evtchn_upcall_mask;
    uint64_t cs = r->cs, sp = r->rsp, frame[8], *f = frame;
    size_t bytes = has_error ? 64 : 56;

    if (unlikely(!to.address))
        return no_handler(v);
    if (v->in_user) {
        mode_to_kernel(v);
        sp = v->kernel_sp;
    } else {
        cs &= ~3ull;
    }
    *f++ = r->rcx;
    *f++ = r->r11;
    if (has_error)
        *f++ = error;
    *f++ = r->rip;
    *f++ = (cs & 0xffff) | (uint64_t)mask << 32;
    *f++ = flags_shown(v, mask);
    *f++ = r->rsp;
    *f++ = r->ss;
    sp = (sp & ~15ull) - bytes;
    if (unlikely(guest_write(GPTR(sp), frame, bytes)))
        return no_stack(v, sp);
    if (to.mask_events)
        v->info->evtchn_upcall_mask = 1;
    r->rsp = sp;
    r->ss = SEL_GUEST_DS;
    r->cs = SEL_GUEST_CS64;
    r->rip = to.address;
    r->rflags = (r->rflags & ~(uint64_t)FLAGS_CLEARED) | FLAG_IF;
}

void bounce(struct vcpu *v, struct callback to)
{
    deliver(v, to, false, 0);
}

void reflect(struct vcpu *v, unsigned vector, uint32_t error)
{
    const struct trap_gate *g = &v->traps[vector];
    bool has_error;

    trace_bounce(v->ctx.regs.rip, error, vector, v->in_user);
    has_error = vector < 32 && (VECTORS_WITH_ERROR >> vector & 1);
    deliver(v, (struct callback){g->address, g->mask_events}, has_error, error);
}

void reflect_page_fault(struct vcpu *v, uint64_t va, uint32_t error)
{
    /* Ring 3 is all the processor knows: whether the guest's kernel or user did it only we know. A
     * reserved-bit fault would be our doing and must not be seen. */
    error &= ~(uint32_t)(PF_USER | PF_RESERVED);
    v->info->arch.cr2 = va;
    reflect(v, TRAP_PF, error | (v->in_user ? PF_USER : 0));
}
