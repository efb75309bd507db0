/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One of many guests (`guest=` on the hypervisor's command line): works for a while, and powers off
 * when all went well. It may not print; whoever counts the guests looks at how they ended.
 *
 *   rounds=N   how long (default 100)
 *   spins=N    how long a round is before the CPU is left to others (default 20000, about 0.1 ms)
 *   end=crash  by a fault instead; end=never: it works for ever; end=ask: as long as it is refused what
 *              only the control domain may do, else it powers off as if it had crashed; end=wait: it sleeps
 *              for ever
 *   offer=N    lets domains 2 to N+1 send it events and map some of its frames
 *   answer     sends back what dom0 sends to its first port
 */
#include "worker.h"

#include <xen/sched.h>
#include <xen/domctl.h>
#include <xen/memory.h>
#include <xen/sysctl.h>

static u64 spins = 20000;

static u64 spin(u64 n)
{
    for (u64 i = 0; i < spins; i++)
        n = n * 6364136223846793005ul + 1;
    return n;
}

/* Its own tables, its own events, and the CPU left to others now and then. */
static bool round_works(void *page)
{
    u64 value = spin(tsc_read());

    *(volatile u64 *)page = value;
    return !page_set_ro(page) && !page_set_rw(page) && *(volatile u64 *)page == value &&
           offer_is_sealed() && !hyp_sched_op(SCHEDOP_yield, 0);
}

/* Everything of the control domain's, with arguments that would be right there. */
static bool is_refused(void)
{
    struct xen_domctl destroy = {.cmd = XEN_DOMCTL_destroydomain,
                                 .interface_version = XEN_DOMCTL_INTERFACE_VERSION,
                                 .domain = 1};
    struct xen_sysctl list = {.cmd = XEN_SYSCTL_physinfo,
                              .interface_version = XEN_SYSCTL_INTERFACE_VERSION};
    domid_t other = 0;
    u64 done;
    mmu_update_t update = {.ptr = pte_maddr((u64)start_info, 1), .val = 0};
    struct xen_mem_acquire_resource grants = {.domid = 0, .type = XENMEM_resource_grant_table};

    return hyp1(__HYPERVISOR_domctl, &destroy) == -1 && hyp1(__HYPERVISOR_sysctl, &list) == -1 &&
           hyp_memory_op(XENMEM_current_reservation, &other) == -1 &&
           hyp_memory_op(XENMEM_acquire_resource, &grants) == -1 &&
           hyp_mmu_update(&update, 1, &done, 0) == -1 && hyp_mmuext_op(&update, 1, &done, 0) == -1 &&
           hyp_vantage_op(VANTAGE_AUDIT, 0) == -1;
}

void mini_main(const char *args)
{
    u64 rounds = arg_number(args, "rounds", 100);
    u32 domains = (u32)arg_number(args, "offer", 0);
    void *page = page_alloc();

    spins = arg_number(args, "spins", spins);
    if ((domains && !offer_init(domains)) || (arg_has(args, "answer") && !answer_init()))
        guest_shutdown(SHUTDOWN_watchdog);
    for (u64 i = 0; i < rounds || arg_has(args, "end=never"); i++) {
        if (!round_works(page))
            guest_shutdown(SHUTDOWN_watchdog);
        shared_info->arch.pfn_to_mfn_frame_list_list = i + 1; /* for the keeper, and */
        shared_info->arch.max_pfn = event_upcalls;
    }
    while (arg_has(args, "end=wait"))
        hyp_sched_op(SCHEDOP_block, 0);
    if (arg_has(args, "end=ask") && !is_refused())
        guest_shutdown(SHUTDOWN_suspend);
    if (arg_has(args, "end=crash"))
        *(volatile u64 *)HOLE_START = 0;
}
