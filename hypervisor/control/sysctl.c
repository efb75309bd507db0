/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctl: what the toolstack asks about the machine and all its domains, by a table of sub-operations.
 *
 * [sysctl.right] the caller's right comes first, then the interface version, then the number; nothing of
 * the argument is read before the first
 */
#include "control/toolstack.h"
#include "control/destroy.h"
#include "hypercalls.h"

#define ROW(name, run) {XEN_SYSCTL_##name, run}

static const struct row {
    uint32_t cmd;
    long (*run)(struct vcpu *v, struct xen_sysctl *op);
} rows[] = {
    ROW(readconsole, sysctl_read_console),
    ROW(tbuf_op, sysctl_trace_buffers),
    ROW(physinfo, sysctl_physinfo),
    ROW(sched_id, sysctl_sched_id),
    ROW(getdomaininfolist, sysctl_domain_list),
    ROW(debug_keys, sysctl_debug_keys),
    ROW(availheap, sysctl_heap),
    ROW(cputopoinfo, sysctl_cpu_topology),
    ROW(numainfo, sysctl_numa),
    ROW(cpupool_op, sysctl_cpu_pool),
    ROW(scheduler_op, sysctl_scheduler),
    ROW(get_cpu_featureset, sysctl_cpu_featureset),
    ROW(get_cpu_policy, sysctl_cpu_policy),
};

static const struct row *find(uint32_t cmd)
{
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].cmd == cmd)
            return &rows[i];
    return NULL;
}

long hc_sysctl(struct vcpu *v, guest_ptr arg)
{
    const struct row *row;
    struct xen_sysctl op;
    long rc;

    if (!v->domain->is_privileged)
        return -EPERM;
    if (guest_get(&op, arg))
        return -EFAULT;
    if (op.interface_version != XEN_SYSCTL_INTERFACE_VERSION)
        return -EACCES;
    row = find(op.cmd);
    if (!row)
        return -ENOSYS;
    if (!turn_take())
        return -ERESTART;
    zombies_bury();
    rc = row->run(v, &op);
    turn_drop();
    if (!rc && guest_put(arg, &op))
        rc = -EFAULT;
    return rc;
}
