/* SPDX-License-Identifier: BSD-2-Clause */
/* platform_op: what the privileged domain asks about the machine or steers of it. */
#include "hypercalls.h"
#include "sched/sched.h"
#include "x86/acpi.h"
#include "x86/machine.h"

#include <xen/platform.h>

#define HEADER_BYTES offsetof(struct xen_platform_op, u)
#define NS_PER_S     1000000000ull
#define SECONDS_MAX  (1ull << 33) /* the year 2242: nanoseconds still fit */

static long set_wall_clock(uint64_t seconds, uint32_t ns, uint64_t system_ns)
{
    uint64_t utc_ns = seconds * NS_PER_S + ns;

    if (seconds > SECONDS_MAX || ns >= NS_PER_S || system_ns > utc_ns)
        return -EINVAL;
    wallclock_set(utc_ns, system_ns);
    return 0;
}

static long settime32(struct xen_platform_op *op)
{
    return set_wall_clock(op->u.settime32.secs, op->u.settime32.nsecs, op->u.settime32.system_time);
}

static long settime64(struct xen_platform_op *op)
{
    if (op->u.settime64.mbz)
        return -EINVAL;
    return set_wall_clock(op->u.settime64.secs, op->u.settime64.nsecs, op->u.settime64.system_time);
}

/* Nothing of the firmware's is kept but its tables. */
static long firmware_info(struct xen_platform_op *op)
{
    return -ESRCH;
}

/* dom0's ACPI code has found the sleep types in the namespace; S5 is the only state there is. */
static long enter_acpi_sleep(struct xen_platform_op *op)
{
    if (op->u.enter_acpi_sleep.sleep_state != 5 || op->u.enter_acpi_sleep.flags)
        return -EINVAL;
    machine_sleep_s5(op->u.enter_acpi_sleep.val_a, op->u.enter_acpi_sleep.val_b);
}

static long get_cpuinfo(struct xen_platform_op *op)
{
    struct xenpf_pcpuinfo *info = &op->u.pcpu_info;
    uint32_t id = info->xen_cpuid;

    info->max_present = MAX(acpi.cpus, 1u) - 1;
    info->flags = XEN_PCPU_FLAGS_INVALID;
    info->apic_id = info->acpi_id = ~0u;
    if (id >= acpi.cpus)
        return 0;
    info->flags = cpu_by_id(id) ? XEN_PCPU_FLAGS_ONLINE : 0;
    info->apic_id = acpi.cpu[id].apic_id;
    info->acpi_id = acpi.cpu[id].acpi_id;
    return 0;
}

#define ROW(name, member, run, has_result) \
    {XENPF_##name, sizeof(((struct xen_platform_op *)0)->u.member), has_result, run}

static const struct row {
    uint8_t cmd, bytes;
    bool has_result;
    long (*run)(struct xen_platform_op *op);
} rows[] = {
    ROW(settime32, settime32, settime32, false),
    ROW(settime64, settime64, settime64, false),
    ROW(firmware_info, firmware_info, firmware_info, false),
    ROW(enter_acpi_sleep, enter_acpi_sleep, enter_acpi_sleep, false),
    ROW(get_cpuinfo, pcpu_info, get_cpuinfo, true),
};

static const struct row *find(uint32_t cmd)
{
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].cmd == cmd)
            return &rows[i];
    return NULL;
}

long hc_platform_op(struct vcpu *v, guest_ptr arg)
{
    const struct row *row;
    struct xen_platform_op op;
    guest_ptr payload = gptr_add(arg, HEADER_BYTES);
    long rc;

    if (!v->domain->is_privileged)
        return -EPERM;
    rc = guest_read(&op, arg, HEADER_BYTES);
    if (rc)
        return rc;
    if (op.interface_version != XENPF_INTERFACE_VERSION)
        return -EACCES;
    row = find(op.cmd);
    if (!row)
        return -ENOSYS;
    rc = guest_read(&op.u, payload, row->bytes);
    if (!rc)
        rc = row->run(&op);
    if (!rc && row->has_result)
        rc = guest_write(payload, &op.u, row->bytes);
    return rc;
}
