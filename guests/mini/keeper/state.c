/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of another domain's vCPU, and what else a toolstack may set while it runs. */
#include "keeper.h"

#include <xen/sched.h>

#define EINVAL     22
#define EOPNOTSUPP 95

static vcpu_guest_context_t context;

static long get_context(domid_t domain, u32 vcpu)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_getvcpucontext, domain);

    op->u.vcpucontext.vcpu = vcpu;
    set_xen_guest_handle(op->u.vcpucontext.ctxt, &context);
    return domctl(op);
}

static void check_context(const struct victim *of)
{
    case_long("get", get_context(of->domain, 0), 0);
    case_hex("get-base", context.ctrlreg[3], xen_pfn_to_cr3(of->frames[0]));
    case_true("get-place", context.user_regs.rip >= IMAGE_START, "not in the image");
    case_true("get-stack",
              context.user_regs.rsp > (u64)restless_stack[0] && context.user_regs.rsp < (u64)restless_stack[1],
              "not on its stack");
    case_long("get-no-vcpu", get_context(of->domain, 2), -EINVAL);
    case_long("set-while-it-runs", domain_vcpu(of->domain, 0, &context), -EINVAL);
}

/* A vCPU goes on where it is told to. */
static void check_set(const struct victim *of)
{
    domctl_do(XEN_DOMCTL_pausedomain, of->domain);
    get_context(of->domain, 0);
    context.user_regs.rip = 1ul << 60;
    case_long("set-nowhere", domain_vcpu(of->domain, 0, &context), -EINVAL);
    get_context(of->domain, 0);
    context.flags &= ~(u64)VGCF_in_kernel;
    case_long("set-user-mode", domain_vcpu(of->domain, 0, &context), -EINVAL);
    get_context(of->domain, 0);
    victim_poke(of, &restless_work.calls, 0);
    context.user_regs.rip = (u64)restless;
    context.user_regs.rdi = 0;
    context.user_regs.rsp = (u64)restless_stack[1] - 8;
    case_long("set", domain_vcpu(of->domain, 0, &context), 0);
    domctl_do(XEN_DOMCTL_unpausedomain, of->domain);
    sleep_ns(5000000);
    case_true("set-and-goes-on", victim_peek(of, &restless_work.calls) != 0, "it does not run");
}

static long time_offset(domid_t domain, int64_t seconds)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_settimeoffset, domain);

    op->u.settimeoffset.time_offset_seconds = seconds;
    return domctl(op);
}

static u64 wall_seconds(domid_t domain)
{
    static u8 window[PAGE_SIZE] __attribute__((aligned(4096)));
    struct xen_domctl_getdomaininfo info;
    u64 seconds = 0;

    if (!domain_info(domain, &info) && !map_foreign(window, info.shared_info_frame, domain))
        seconds = ((volatile struct shared_info *)window)->wc_sec;
    map_own(window);
    return seconds;
}

/* Real time is everybody's; wall-clock time may differ by domain. */
static void check_wall_clock(domid_t domain)
{
    u64 before = wall_seconds(domain);

    case_long("wall-clock", time_offset(domain, 3600), 0);
    case_long("wall-clock-an-hour-on", (long)(wall_seconds(domain) - before), 3600);
    case_long("wall-clock-back", time_offset(domain, 0), 0);
    case_long("wall-clock-is-back", (long)(wall_seconds(domain) - before), 0);
    case_long("wall-clock-too-far", time_offset(domain, 1ll << 62), -EINVAL);
}

static long turn(u32 ms)
{
    struct xen_sysctl *op = sysctl_new(XEN_SYSCTL_scheduler_op);

    op->u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT;
    op->u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_putinfo;
    op->u.scheduler_op.u.sched_credit.tslice_ms = ms;
    return sysctl(op) ? -1 : (long)op->u.scheduler_op.u.sched_credit.tslice_ms;
}

static void check_refusals(domid_t domain)
{
    case_long("no-buttons", domctl_do(XEN_DOMCTL_sendtrigger, domain), -EOPNOTSUPP);
    case_long("no-ports-of-its-own", domctl_do(XEN_DOMCTL_ioport_permission, domain), -EOPNOTSUPP);
    case_long("resumed-though-it-runs", domctl_do(XEN_DOMCTL_resumedomain, domain), 0);
    case_long("turn", turn(5), 5);
    case_long("turn-of-nothing", turn(0), -1);
    case_long("turn-for-ever", turn(1001), -1);
    case_long("turn-as-before", turn(10), 10);
}

void state_run(void)
{
    static struct victim one;
    u64 before = frames_free();

    case_set("state");
    memset(&one, 0, sizeof(one));
    if (domain_new(&one.domain) || victim_make(&one, VICTIM_STEPS, 7)) {
        case_fail("set-up", "the domain was not made");
        return;
    }
    sleep_ns(1000000);
    check_context(&one);
    check_set(&one);
    check_wall_clock(one.domain);
    check_refusals(one.domain);
    case_long("ended", domctl_do(XEN_DOMCTL_destroydomain, one.domain), 0);
    case_long("all-is-back", (long)(frames_free() - before), 0);
}
