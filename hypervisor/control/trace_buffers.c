/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tbuf_op: Xen's trace buffers, which do not exist here. A reader of them writes to them, and their records are made
 * at Xen's places; ours are neither. So who asks is told that there are none, and who wants them is refused, by which
 * xentrace ends with a sentence. `vtrace record` reads ours, `vtrace export xentrace` makes what xenalyze reads.
 */
#include "control/toolstack.h"
#include "lib/bug.h"

static void say_where(void)
{
    static bool is_said;

    if (!is_said)
        printk("xentrace: there are no Xen trace buffers; use vtrace record, then vtrace export xentrace\n");
    is_said = true;
}

long sysctl_trace_buffers(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_tbuf_op *t = &op->u.tbuf_op;

    switch (t->cmd) {
    case XEN_SYSCTL_TBUFOP_get_info:
        t->evt_mask = 0;
        t->buffer_mfn = 0;
        t->size = 0;
        return 0;
    case XEN_SYSCTL_TBUFOP_disable:
        return 0; /* so they are */
    case XEN_SYSCTL_TBUFOP_set_cpu_mask:
    case XEN_SYSCTL_TBUFOP_set_evt_mask:
    case XEN_SYSCTL_TBUFOP_set_size:
    case XEN_SYSCTL_TBUFOP_enable:
        say_where();
        return -EOPNOTSUPP;
    default:
        return -EINVAL;
    }
}
