/* SPDX-License-Identifier: BSD-2-Clause */
/* sched_op: yield, block, poll with and without a pending port, refusals. */
#include "abi.h"

#include <xen/sched.h>

static long poll(u32 *port, unsigned int n, u64 timeout)
{
    struct sched_poll arg = {.nr_ports = n, .timeout = timeout};

    set_xen_guest_handle(arg.ports, port);
    return hyp_sched_op(SCHEDOP_poll, &arg);
}

static void check_poll(void)
{
    u32 port = (u32)port_ipi(0);
    u64 start;

    port_send(port);
    case_long("poll-pending", poll(&port, 1, 0), 0);
    case_true("poll-leaves-pending", event_pending(port), "the port is no longer pending");
    event_clear(port);
    start = time_ns();
    case_long("poll-timeout", poll(&port, 1, start + 2000000), 0);
    case_true("poll-timeout-waited", time_ns() - start >= 2000000, "came back early");
    case_true("poll-timeout-in-time", time_ns() - start < 4000000, "came back 2 ms late");
    case_long("poll-too-many", poll(&port, 129, 1), -EINVAL);
    case_long("poll-bad-pointer", poll((u32 *)HOLE_POINTER, 1, 1), -EFAULT);
    port_close(port);
    port = 1u << 30;
    case_long("poll-no-port", poll(&port, 1, 1), -EINVAL);
}

static void check_block(void)
{
    u32 port = (u32)port_ipi(0);

    event_count_reset();
    event_unmask(port);
    upcall_mask_set(1);
    port_send(port);
    case_long("block-pending", hyp_sched_op(SCHEDOP_block, 0), 0);
    case_long("block-clears-mask", vcpu_info()->evtchn_upcall_mask, 0);
    case_long("block-delivers", (long)event_count(port), 1);
    port_close(port);
}

void abi_sched(void)
{
    static const struct call_row rows[] = {
        {"yield", __HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0, 0, 0},
        {"unknown", __HYPERVISOR_sched_op, 99, 0, 0, 0, -ENOSYS},
        {"shutdown-bad-pointer", __HYPERVISOR_sched_op, SCHEDOP_shutdown, HOLE_POINTER, 0, 0,
         -EFAULT},
        {"poll-bad-argument", __HYPERVISOR_sched_op, SCHEDOP_poll, HOLE_POINTER, 0, 0, -EFAULT},
    };

    abi_calls(rows, ARRAY_SIZE(rows));
    check_poll();
    check_block();
}
