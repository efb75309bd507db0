/* SPDX-License-Identifier: BSD-2-Clause */
/* What a stopped vCPU's state is, for the tools: the other direction of initialise.c. */
#include "lib/string.h"
#include "pv/emulate.h"
#include "pv/pv.h"
#include "pv/segments.h"
#include "pv/vcpu_op.h"

static void put_registers(const struct vcpu *v, vcpu_guest_context_t *g)
{
    const struct regs *r = &v->ctx.regs;
    struct cpu_user_regs *u = &g->user_regs;

    /* r15 .. rdi stand in the same order in both. */
    memcpy(u, r, offsetof(struct regs, error_code));
    u->rip = r->rip;
    u->rsp = r->rsp;
    u->cs = (uint16_t)r->cs;
    u->ss = (uint16_t)r->ss;
    u->rflags = r->rflags | (uint64_t)v->iopl << 12;
    u->ds = v->ds;
    u->es = v->es;
    u->fs = v->fs;
    u->gs = v->gs;
    g->fs_base = v->fs_base;
    g->gs_base_kernel = v->gs_base_kernel;
    g->gs_base_user = v->gs_base_user;
    memcpy(&g->fpu_ctxt, v->fpu, sizeof(g->fpu_ctxt)); /* the legacy part comes first in either format */
    memcpy(g->debugreg, v->dr, sizeof(g->debugreg));
}

static void put_entry_points(const struct vcpu *v, vcpu_guest_context_t *g)
{
    for (unsigned i = 0; i < ARRAY_SIZE(v->traps); i++) {
        const struct trap_gate *t = &v->traps[i];

        if (t->address)
            g->trap_ctxt[i] = (struct trap_info){(uint8_t)i, (uint8_t)(t->dpl | t->mask_events << 2),
                                                 SEL_GUEST_CS64, t->address};
    }
    g->event_callback_eip = v->event_callback.address;
    g->failsafe_callback_eip = v->failsafe_callback.address;
    g->syscall_callback_eip = v->syscall_callback.address;
    g->kernel_ss = v->kernel_ss;
    g->kernel_sp = v->kernel_sp;
    g->flags = (v->is_up ? VGCF_online : 0) | (v->in_user ? 0 : VGCF_in_kernel) | VGCF_i387_valid |
               (v->failsafe_callback.mask_events ? VGCF_failsafe_disables_events : 0) |
               (v->syscall_callback.mask_events ? VGCF_syscall_disables_events : 0);
}

static uint64_t base(mfn_t l4)
{
    return mfn_is_none(l4) ? 0 : xen_pfn_to_cr3(l4.n);
}

void vcpu_describe(const struct vcpu *v, vcpu_guest_context_t *g)
{
    memset(g, 0, sizeof(*g));
    put_registers(v, g);
    put_entry_points(v, g);
    g->gdt_ents = v->gdt_entries;
    for (unsigned i = 0; i < ARRAY_SIZE(v->gdt_frames) && i * 512 < v->gdt_entries; i++)
        g->gdt_frames[i] = v->gdt_frames[i].n;
    g->ldt_base = v->ldt.va;
    g->ldt_ents = v->ldt_entries;
    g->ctrlreg[0] = (read_cr0() & ~(uint64_t)CR0_TS) | v->cr0_ts;
    g->ctrlreg[1] = base(v->user_l4);
    g->ctrlreg[3] = base(v->kernel_l4);
    g->ctrlreg[4] = v->cr4;
    g->vm_assist = v->vm_assist;
}
