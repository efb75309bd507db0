/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the guest wants things delivered: trap table, callbacks, the stack for entries from user
 * mode. */
#include "hypercalls.h"
#include "pv/pv.h"

#include <xen/callback.h>

#define TRAP_DPL(flags)          ((flags)&3)
#define TRAP_MASKS_EVENTS(flags) ((flags)&4)

long hc_set_trap_table(struct vcpu *v, guest_ptr traps)
{
    struct trap_info t;

    if (!traps.va) {
        for (unsigned i = 0; i < ARRAY_SIZE(v->traps); i++)
            v->traps[i] = (struct trap_gate){0};
        return 0;
    }
    /* One entry per vector is all a table can usefully hold: the loop ends there. */
    for (unsigned i = 0; i < ARRAY_SIZE(v->traps); i++) {
        if (guest_get(&t, traps))
            return -EFAULT;
        if (!t.address)
            return 0;
        if (!is_canonical(t.address))
            return -EINVAL;
        v->traps[t.vector] =
            (struct trap_gate){t.address, TRAP_DPL(t.flags), TRAP_MASKS_EVENTS(t.flags) != 0};
        traps = gptr_add(traps, sizeof(t));
    }
    return 0;
}

static struct callback *callback_slot(struct vcpu *v, unsigned type)
{
    switch (type) {
    case CALLBACKTYPE_event:
        return &v->event_callback;
    case CALLBACKTYPE_failsafe:
        return &v->failsafe_callback;
    case CALLBACKTYPE_syscall:
        return &v->syscall_callback;
    case CALLBACKTYPE_syscall32:
        return &v->syscall32_callback;
    case CALLBACKTYPE_sysenter:
        return &v->sysenter_callback;
    case CALLBACKTYPE_nmi:
        return &v->nmi_callback;
    default:
        return NULL;
    }
}

static long callback_register(struct vcpu *v, guest_ptr arg)
{
    struct callback_register c;
    struct callback *slot;

    if (guest_get(&c, arg))
        return -EFAULT;
    slot = callback_slot(v, c.type);
    if (!slot)
        return -ENOSYS;
    if (!is_canonical(c.address))
        return -EINVAL;
    /* An event upcall that leaves events on would nest without end: it always masks. */
    *slot = (struct callback){c.address, (c.flags & CALLBACKF_mask_events) != 0 ||
                                             c.type == CALLBACKTYPE_event};
    return 0;
}

static long callback_unregister(struct vcpu *v, guest_ptr arg)
{
    struct callback_unregister c;
    struct callback *slot;

    if (guest_get(&c, arg))
        return -EFAULT;
    slot = callback_slot(v, c.type);
    if (!slot)
        return -ENOSYS;
    if (c.type == CALLBACKTYPE_event || c.type == CALLBACKTYPE_failsafe ||
        c.type == CALLBACKTYPE_syscall)
        return -EINVAL; /* the guest could not run without */
    *slot = (struct callback){0};
    return 0;
}

long hc_callback_op(struct vcpu *v, uint32_t cmd, guest_ptr arg)
{
    switch (cmd) {
    case CALLBACKOP_register:
        return callback_register(v, arg);
    case CALLBACKOP_unregister:
        return callback_unregister(v, arg);
    default:
        return -ENOSYS;
    }
}

long hc_set_callbacks(struct vcpu *v, uint64_t event, uint64_t failsafe, uint64_t syscall)
{
    if (!is_canonical(event) || !is_canonical(failsafe) || !is_canonical(syscall))
        return -EINVAL;
    v->event_callback = (struct callback){event, true};
    v->failsafe_callback = (struct callback){failsafe, false};
    v->syscall_callback = (struct callback){syscall, false};
    return 0;
}

long hc_stack_switch(struct vcpu *v, uint64_t ss, uint64_t sp)
{
    v->kernel_ss = (ss & 0xffff) | 3;
    v->kernel_sp = sp;
    return 0;
}
