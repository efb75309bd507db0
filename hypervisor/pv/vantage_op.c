/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypercall that is ours: what a test or a tool asks about the hypervisor itself. Privileged.
 */
#include "hypercalls.h"
#include "mm/mm.h"
#include "pv/vantage_op.h"

long hc_vantage_op(struct vcpu *v, uint32_t cmd, guest_ptr arg)
{
    if (!v->domain->is_privileged)
        return -EPERM;
    switch (cmd) {
    case VANTAGE_AUDIT:
        return mm_audit() ? -EIO : 0;
    default:
        return -ENOSYS;
    }
}
