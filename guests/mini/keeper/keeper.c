/* SPDX-License-Identifier: BSD-2-Clause */
/* What the cases ask of the machine, and which cases are run. */
#include "keeper.h"

#include <xen/sched.h>

#define ESRCH 3

struct xen_domctl_getdomaininfo list[LIST_MAX];

u32 cpus(void)
{
    struct xen_sysctl *op = sysctl_new(XEN_SYSCTL_physinfo);

    return sysctl(op) ? 0 : op->u.physinfo.nr_cpus;
}

bool audit_agrees(void)
{
    return hyp_vantage_op(VANTAGE_AUDIT, 0) == 0;
}

long domain_info(domid_t domain, struct xen_domctl_getdomaininfo *info)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_getdomaininfo, domain);
    long rc = domctl(op);

    if (!rc && op->domain != domain)
        return -ESRCH;
    *info = op->u.getdomaininfo;
    return rc;
}

void sleep_ns(u64 ns)
{
    static bool has_timer;

    if (!has_timer)
        event_unmask((u32)port_virq(VIRQ_TIMER, 0));
    has_timer = true;
    upcall_mask_set(1); /* until the block, which would else miss a timer that goes off before it */
    hyp_set_timer_op(time_ns() + ns);
    hyp_sched_op(SCHEDOP_block, 0);
}

u32 domains_list(void)
{
    struct xen_sysctl *op = sysctl_new(XEN_SYSCTL_getdomaininfolist);

    op->u.getdomaininfolist.first_domain = 1;
    op->u.getdomaininfolist.max_domains = LIST_MAX;
    set_xen_guest_handle(op->u.getdomaininfolist.buffer, list);
    return sysctl(op) ? 0 : op->u.getdomaininfolist.num_domains;
}

void mini_main(const char *args)
{
    case_set("keeper");
    if (arg_number(args, "asked", 0))
        response_run(args);
    else if (arg_number(args, "share_ms", 0))
        shares_run(args);
    else
        guests_run(args);
    if (arg_number(args, "cycles", 1)) {
        right_run();
        cycle_run(args);
        held_run();
        state_run();
    }
    verdict_print();
}
