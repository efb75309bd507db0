/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps: the table, the callbacks, and what is done with a trap that arrives: events are counted,
 * a hook may handle it, trap_catch may be waiting for it; else it is the guest's own fault, and the
 * guest reports its registers and crashes.
 */
#include "hypercall.h"

#include <xen/callback.h>
#include <xen/sched.h>

void on_trap(struct trap_regs *regs);

_Static_assert(offsetof(struct trap_regs, vector) == TRAP_REGS_VECTOR, "head.S");

struct trap_regs trap_last;
u64 trap_last_cr2;
trap_hook_fn *trap_hook;
extern u64 trap_recover; /* head.S: the stack of the waiting trap_catch, or 0 */

static void report_and_die(const struct trap_regs *r)
{
    /* For whoever keeps us (keeper/guests.c): where no console is. */
    shared_info->arch.p2m_vaddr = r->rip;
    shared_info->arch.p2m_generation = r->vector;
    print("mini: unexpected trap %lu error 0x%lx cr2 0x%lx\n"
          "  rip %p cs %lx rflags %lx rsp %p ss %lx\n"
          "  rax %p rbx %p rcx %p rdx %p\n  rsi %p rdi %p rbp %p r8 %p\n",
          r->vector, r->error, vcpu_info()->arch.cr2, (void *)r->rip, r->cs, r->rflags,
          (void *)r->rsp, r->ss, (void *)r->rax, (void *)r->rbx, (void *)r->rcx, (void *)r->rdx,
          (void *)r->rsi, (void *)r->rdi, (void *)r->rbp, (void *)r->r8);
    guest_shutdown(SHUTDOWN_crash);
}

void trap_end_catch(struct trap_regs *r)
{
    if (!trap_recover)
        report_and_die(r);
    trap_last = *r;
    trap_last_cr2 = vcpu_info()->arch.cr2;
    r->rip = (u64)trap_unwind;
    r->cs = KERNEL_CS;
    r->rflags = FLAGS_IF | 2;
    r->rsp = trap_recover;
    r->ss = FLAT_KERNEL_SS;
    trap_recover = 0;
}

void on_trap(struct trap_regs *r)
{
    if (trap_hook && trap_hook(r))
        return;
    if (r->vector == TRAP_EVENT) {
        on_event(r);
        return;
    }
    trap_end_catch(r);
}

long trap_install(u8 vector, unsigned int dpl, bool mask_events)
{
    struct trap_info t[2] = {
        {.vector = vector, .cs = FLAT_KERNEL_CS, .address = (u64)trap_stubs + vector * 16ul}};

    TI_SET_DPL(&t[0], dpl);
    TI_SET_IF(&t[0], mask_events);
    return hyp_set_trap_table(t);
}

static long callback_install(u16 type, const char *entry)
{
    struct callback_register cb = {
        .type = type, .flags = CALLBACKF_mask_events, .address = (u64)entry};

    return hyp_callback_op(CALLBACKOP_register, &cb);
}

void trap_init(void)
{
    static struct trap_info table[257]; /* ends with an address of 0 */
    unsigned int v;
    long rc;

    for (v = 0; v < 256; v++) {
        table[v] = (struct trap_info){
            .vector = (u8)v, .cs = FLAT_KERNEL_CS, .address = (u64)trap_stubs + v * 16ul};
        TI_SET_DPL(&table[v], v == 3 || v == 4 ? 3 : 0);
    }
    rc = hyp_set_trap_table(table);
    rc |= callback_install(CALLBACKTYPE_event, entry_event);
    rc |= callback_install(CALLBACKTYPE_failsafe, entry_failsafe);
    rc |= callback_install(CALLBACKTYPE_syscall, entry_syscall);
    rc |= hyp_stack_switch(FLAT_KERNEL_SS, trap_stack_top);
    if (rc)
        print("mini: traps or callbacks refused: %ld\n", rc);
}
