/* SPDX-License-Identifier: BSD-2-Clause */
/* Event channels: every kind of port bound to ourselves, delivery, masks, refusals. */
#include "abi.h"
#include "user_code.h"

#include <xen/event_channel.h>

#define PORT_OP __HYPERVISOR_event_channel_op

static void unmask_all(u32 port)
{
    event_count_reset();
    event_unmask(port);
}

static void check_ipi(void)
{
    long port = port_ipi(0);

    case_true("ipi-bind", port > 0, "no port");
    event_count_reset();
    case_long("ipi-send-masked", port_send((u32)port), 0);
    case_true("ipi-masked-pending", event_pending((u32)port) && !event_upcalls, "not just pending");
    case_long("ipi-unmask", event_unmask((u32)port), 0);
    case_long("ipi-unmask-delivers", (long)event_count((u32)port), 1);
    port_send((u32)port);
    case_long("ipi-delivered", (long)event_count((u32)port), 2);
    case_long("ipi-upcalls", (long)event_upcalls, 2);
    upcall_mask_set(1);
    port_send((u32)port);
    case_long("upcall-masked", (long)event_count((u32)port), 2);
    case_long("upcall-pending", vcpu_info()->evtchn_upcall_pending, 1);
    upcall_mask_set(0);
    case_long("upcall-unmasked", (long)event_count((u32)port), 3);
    case_long("ipi-close", port_close((u32)port), 0);
    case_long("ipi-close-twice", port_close((u32)port), -EINVAL);
    case_long("ipi-send-closed", port_send((u32)port), -EINVAL);
    case_long("ipi-no-vcpu", port_ipi(99), -ENOENT);
}

static u64 frame_cs, frame_mask, frame_if;

static bool note_event(struct trap_regs *r)
{
    if (r->vector != TRAP_EVENT)
        return false;
    frame_cs = r->cs & 0xffff;
    frame_mask = trap_mask(r);
    frame_if = vcpu_info()->evtchn_upcall_mask;
    return false;
}

/* The frame of an upcall: from the kernel, and from user mode at the moment of iret. */
static void check_frame(void)
{
    u32 port = (u32)port_ipi(0);

    unmask_all(port);
    trap_hook = note_event;
    port_send(port);
    case_hex("frame-cs", frame_cs, KERNEL_CS);
    case_hex("frame-mask", frame_mask, 0);
    case_hex("frame-masked-inside", frame_if, 1);
    case_long("frame-mask-restored", vcpu_info()->evtchn_upcall_mask, 0);
    upcall_mask_set(1);
    port_send(port);
    case_trap("user-runs-on", user_run(user_syscall, 0), TRAP_SYSCALL, 0);
    case_hex("user-frame-cs", frame_cs, FLAT_USER_CS);
    case_long("user-delivered", (long)event_count(port), 2);
    trap_hook = NULL;
    upcall_mask_set(0);
    port_close(port);
}

static void check_interdomain(void)
{
    long far = port_unbound(DOMID_SELF, DOMID_SELF), near;

    case_true("unbound-alloc", far > 0, "no port");
    case_long("unbound-send", port_send((u32)far), 0);
    near = port_interdomain(DOMID_SELF, (u32)far);
    case_true("interdomain-bind", near > 0 && near != far, "no port");
    case_true("interdomain-pending-at-once", event_pending((u32)near),
              "the new port is not pending");
    event_clear((u32)near);
    event_clear((u32)far);
    case_long("interdomain-send", port_send((u32)near), 0);
    case_true("interdomain-arrives", event_pending((u32)far) && !event_pending((u32)near),
              "not at the other end alone");
    event_clear((u32)far);
    case_true("interdomain-twice", port_interdomain(DOMID_SELF, (u32)far) < 0, "not refused");
    case_long("interdomain-close", port_close((u32)near), 0);
    case_long("interdomain-peer-stays", port_send((u32)far), 0);
    case_long("interdomain-peer-close", port_close((u32)far), 0);
    case_long("interdomain-no-port", port_interdomain(DOMID_SELF, 4095), -EINVAL);
    case_long("interdomain-no-domain", port_interdomain(77, 1), -ESRCH);
    case_long("unbound-no-domain", port_unbound(77, 0), -ESRCH);
}

static void check_virq(void)
{
    long port = port_virq(VIRQ_DEBUG, 0);

    case_true("virq-bind", port > 0, "no port");
    case_long("virq-twice", port_virq(VIRQ_DEBUG, 0), -EEXIST);
    case_long("virq-close", port_close((u32)port), 0);
    case_long("virq-unknown", port_virq(24, 0), -EINVAL);
    case_long("virq-no-vcpu", port_virq(VIRQ_DEBUG, 99), -ENOENT);
    case_long("virq-global-other-vcpu", port_virq(VIRQ_CONSOLE, 1), -EINVAL);
}

static long status_of(u32 port, u32 *status)
{
    struct evtchn_status arg = {.dom = DOMID_SELF, .port = port};
    long rc = hyp_event_channel_op(EVTCHNOP_status, &arg);

    *status = arg.status;
    return rc;
}

static void check_status(void)
{
    u32 ipi = (u32)port_ipi(0), unbound = (u32)port_unbound(DOMID_SELF, DOMID_SELF), status;

    case_long("status", status_of(ipi, &status), 0);
    case_long("status-ipi", status, EVTCHNSTAT_ipi);
    status_of(unbound, &status);
    case_long("status-unbound", status, EVTCHNSTAT_unbound);
    port_close(ipi);
    status_of(ipi, &status);
    case_long("status-closed", status, EVTCHNSTAT_closed);
    case_long("status-no-port", status_of(1u << 20, &status), -EINVAL);
    port_close(unbound);
}

static void check_bind_vcpu(void)
{
    u32 ipi = (u32)port_ipi(0), unbound = (u32)port_unbound(DOMID_SELF, DOMID_SELF);
    struct evtchn_bind_vcpu arg = {.port = unbound, .vcpu = 0};

    case_long("bind-vcpu", hyp_event_channel_op(EVTCHNOP_bind_vcpu, &arg), 0);
    arg.vcpu = 99;
    case_long("bind-vcpu-none", hyp_event_channel_op(EVTCHNOP_bind_vcpu, &arg), -ENOENT);
    arg.port = ipi;
    arg.vcpu = 0;
    case_long("bind-vcpu-ipi", hyp_event_channel_op(EVTCHNOP_bind_vcpu, &arg), -EINVAL);
    port_close(ipi);
    port_close(unbound);
}

static void check_refusals(void)
{
    static const struct call_row rows[] = {
        {"unknown", PORT_OP, 99, 0, 0, 0, -ENOSYS},
        {"bad-pointer", PORT_OP, EVTCHNOP_send, HOLE_POINTER, 0, 0, -EFAULT},
        {"unmapped-pointer", PORT_OP, EVTCHNOP_bind_ipi, UNMAPPED_POINTER, 0, 0, -EFAULT},
    };

    abi_calls(rows, ARRAY_SIZE(rows));
    case_long("send-port-0", port_send(0), -EINVAL);
    case_long("send-port-huge", port_send(~0u), -EINVAL);
    case_long("close-port-0", port_close(0), -EINVAL);
    case_long("unmask-port-huge", event_unmask(~0u), -EINVAL);
}

void abi_event(void)
{
    check_ipi();
    check_frame();
    check_interdomain();
    check_virq();
    check_status();
    check_bind_vcpu();
    check_refusals();
}
