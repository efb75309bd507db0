/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Giving a vCPU its first state: VCPUOP_initialise.
 *
 * The guest describes a whole processor. Everything it says is checked or forced to what a guest
 * may have; the frames it names (base tables, descriptor pages) are taken through the typing core,
 * and given back when a later step refuses.
 */
#include "lib/string.h"
#include "mm/mm.h"
#include "pv/emulate.h"
#include "pv/pv.h"
#include "pv/vcpu_op.h"

#define CONTEXT_ORDER 1 /* the guest's description of a vCPU: two pages */

static bool addresses_ok(const vcpu_guest_context_t *g)
{
    return is_canonical(g->fs_base) && is_canonical(g->gs_base_kernel) &&
           is_canonical(g->gs_base_user) && is_canonical(g->event_callback_eip) &&
           is_canonical(g->failsafe_callback_eip) && is_canonical(g->syscall_callback_eip);
}

static void load_registers(struct vcpu *v, const vcpu_guest_context_t *g)
{
    const struct cpu_user_regs *u = &g->user_regs;
    struct regs *r = &v->ctx.regs;

    /* r15 .. rdi stand in the same order in both. */
    memcpy(r, u, offsetof(struct regs, error_code));
    r->rip = u->rip;
    r->rsp = u->rsp;
    r->cs = u->cs | 3u;
    r->ss = u->ss | 3u;
    r->rflags = (u->rflags & ~(uint64_t)(FLAG_IOPL | FLAG_VM)) | FLAG_IF | 2;
    v->iopl = u->rflags >> 12 & 3; /* which is where Linux asks for it on all vCPUs but the first */
    v->ds = u->ds;
    v->es = u->es;
    v->fs = u->fs;
    v->gs = u->gs;
    v->fs_base = g->fs_base;
    v->gs_base_kernel = g->gs_base_kernel;
    v->gs_base_user = g->gs_base_user;
}

static void load_entry_points(struct vcpu *v, const vcpu_guest_context_t *g)
{
    for (unsigned i = 0; i < ARRAY_SIZE(v->traps); i++) {
        const struct trap_info *t = &g->trap_ctxt[i];

        v->traps[i] = is_canonical(t->address)
                          ? (struct trap_gate){t->address, t->flags & 3, (t->flags & 4) != 0}
                          : (struct trap_gate){0};
    }
    v->event_callback = (struct callback){g->event_callback_eip, true};
    v->failsafe_callback = (struct callback){g->failsafe_callback_eip,
                                             (g->flags & VGCF_failsafe_disables_events) != 0};
    v->syscall_callback =
        (struct callback){g->syscall_callback_eip, (g->flags & VGCF_syscall_disables_events) != 0};
    v->kernel_ss = (g->kernel_ss & 0xffff) | 3;
    v->kernel_sp = g->kernel_sp;
}

static int load_descriptors(struct vcpu *v, const vcpu_guest_context_t *g)
{
    mfn_t frames[14];

    if (g->gdt_ents > ARRAY_SIZE(frames) * 512)
        return -EINVAL;
    for (unsigned i = 0; i < ARRAY_SIZE(frames); i++)
        frames[i] = MFN(g->gdt_frames[i]);
    return gdt_set(v, frames, g->gdt_ents);
}

static int load_context(struct vcpu *v, const vcpu_guest_context_t *g)
{
    int rc;

    if (!addresses_ok(g) || g->ldt_ents)
        return -EINVAL;
    rc = load_descriptors(v, g);
    if (rc)
        return rc;
    rc = mm_load_base(v, MFN(xen_cr3_to_pfn(g->ctrlreg[3])), MFN_NONE);
    if (rc) {
        descriptors_release(v);
        return rc;
    }
    load_registers(v, g);
    load_entry_points(v, g);
    v->in_user = false;
    v->is_initialised = true;
    return 0;
}

int vcpu_load_context(struct vcpu *v, guest_ptr ctx)
{
    vcpu_guest_context_t *g = hv_alloc(CONTEXT_ORDER);
    int rc = -ENOMEM;

    if (!g)
        return rc;
    rc = guest_get(g, ctx) ? -EFAULT : load_context(v, g);
    hv_free(g, CONTEXT_ORDER);
    return rc;
}

int vcpu_set_registers(struct vcpu *v, guest_ptr ctx)
{
    vcpu_guest_context_t *g = hv_alloc(CONTEXT_ORDER);
    int rc;

    if (!g)
        return -ENOMEM;
    rc = guest_get(g, ctx) ? -EFAULT : 0;
    if (!rc && (!addresses_ok(g) || !is_canonical(g->user_regs.rip) || !!(g->flags & VGCF_in_kernel) == v->in_user))
        rc = -EINVAL;
    if (!rc)
        load_registers(v, g);
    hv_free(g, CONTEXT_ORDER);
    return rc;
}
