/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Domains of the keeper's own, ended at every stage of their making. A domain has some memory, a page
 * table that is pinned, a descriptor page, ports bound to ours, a vCPU; the stage says how many of these
 * there are when it ends.
 *
 *   cycles=N   how many (default 24)
 *
 * And domains that die while we still hold something of theirs.
 */
#include "keeper.h"

#include <xen/event_channel.h>
#include <xen/memory.h>
#include <xen/sched.h>

#define ESRCH  3
#define PAGES  16
#define STAGES 6

static u64 frames[PAGES]; /* of the domain, by pfn */
static u64 other[PAGES];

/* An L4 with one L3 below it, through a foreign mapping, then pinned. */
static long pin_tables(domid_t domain, void *window)
{
    long rc = map_foreign(window, frames[0], domain);

    if (rc)
        return rc;
    memset(window, 0, PAGE_SIZE);
    *(u64 *)window = pte_make(frames[1], PTE_TABLE);
    rc = map_own(window);
    return rc ? rc : domain_pin_l4(domain, frames[0]);
}

static long set_vcpu(domid_t domain)
{
    static vcpu_guest_context_t context;

    memset(&context, 0, sizeof(context));
    context.ctrlreg[3] = frames[0] << PAGE_SHIFT;
    context.gdt_frames[0] = frames[2];
    context.gdt_ents = 512;
    context.flags = VGCF_in_kernel | VGCF_online;
    return domain_vcpu(domain, 0, &context);
}

static long bind_ports(domid_t domain, long *ours)
{
    long theirs = port_unbound(domain, 0);

    *ours = theirs < 0 ? theirs : port_interdomain(domain, (u32)theirs);
    return *ours < 0 ? *ours : 0;
}

/* Makes a domain up to a stage and ends it. The first error, 0. */
static long cycle(unsigned int stage, void *window)
{
    long rc, port = 0;
    domid_t domain;

    rc = domain_new(&domain);
    if (rc)
        return rc;
    if (stage > 0)
        rc = domain_limit(domain, PAGES);
    if (!rc && stage > 0)
        rc = domain_populate(domain, frames, PAGES);
    if (!rc && stage > 1)
        rc = bind_ports(domain, &port);
    if (!rc && stage > 2)
        rc = pin_tables(domain, window);
    if (!rc && stage > 3)
        rc = set_vcpu(domain);
    if (!rc && stage > 4)
        rc = domctl_do(XEN_DOMCTL_unpausedomain, domain);
    if (!rc && stage > 4)
        hyp_sched_op(SCHEDOP_yield, 0); /* it faults at once: nothing is mapped there */
    if (!rc)
        rc = domctl_do(XEN_DOMCTL_destroydomain, domain);
    if (port > 0)
        port_close((u32)port);
    return rc;
}

static void run_stage(unsigned int stage, unsigned int times, void *window)
{
    static const char *const names[STAGES] = {"created",     "with-memory",   "with-ports",
                                              "with-tables", "with-a-vcpu", "having-run"};
    u64 before;
    long rc = cycle(stage, window); /* the first of a kind may leave us a page table richer */

    before = frames_free();
    for (unsigned int i = 0; i < times && !rc; i++)
        rc = cycle(stage, window);
    if (rc)
        case_fail(names[stage], "error %ld", rc);
    else
        case_long(names[stage], (long)(frames_free() - before), 0);
}

/* A domain with memory, of which we map one frame. 0 or the first error. */
static long make_and_map(domid_t *domain, u64 (*which)(domid_t), void *window)
{
    long rc = domain_new(domain);

    rc = rc ? rc : domain_limit(*domain, PAGES);
    rc = rc ? rc : domain_populate(*domain, frames, PAGES);
    return rc ? rc : map_foreign(window, which(*domain), *domain);
}

static u64 frame_of_memory(domid_t domain)
{
    return frames[3];
}

/* A frame that we still map keeps a dead domain in the list until we let go; nobody else gets it. */
static void linger(void *window)
{
    struct xen_domctl_getdomaininfo info;
    u64 before = frames_free();
    domid_t domain;
    long rc = make_and_map(&domain, frame_of_memory, window);
    u32 port = (u32)port_virq(VIRQ_DOM_EXC, 0);

    event_unmask(port);

    if (rc) {
        case_fail("lingers", "set up: %ld", rc);
        return;
    }
    case_hex("fresh-memory-is-empty", *(volatile u64 *)window, 0);
    case_long("no-more-than-its-limit", domain_populate(domain, other, PAGES), -1);
    *(volatile u64 *)window = 0x1234;
    case_long("dies-though-mapped", domctl_do(XEN_DOMCTL_destroydomain, domain), 0);
    rc = domain_info(domain, &info);
    case_true("lingers", !rc && info.flags & XEN_DOMINF_dying && info.tot_pages == 1, "another state");
    case_hex("its-frame-too", *(volatile u64 *)window, 0x1234);
    case_long("nothing-more-of-it", map_foreign(window, frames[4], domain), -ESRCH);
    case_long("no-more-memory", domain_populate(domain, other, PAGES), -1);
    case_long("not-paused", domctl_do(XEN_DOMCTL_pausedomain, domain), -ESRCH);
    case_long("dies-once", domctl_do(XEN_DOMCTL_destroydomain, domain), 0);
    case_true("audit-of-a-zombie", audit_agrees(), "wrong");
    event_count_reset();
    map_own(window);
    sleep_ns(1000000); /* nobody asks, and yet it is buried, and said so */
    case_long("buried-when-idle", (long)event_count(port), 1);
    case_long("gone-with-the-last-mapping", domain_info(domain, &info), -ESRCH);
    case_long("and-all-is-back", (long)(frames_free() - before), 0);
}

/* The same with a frame of the hypervisor's that was the domain's to share. */
static void linger_shared(void *window)
{
    struct xen_domctl_getdomaininfo info;
    u64 before = frames_free();
    domid_t domain;
    long rc = make_and_map(&domain, grant_table_frame, window);

    if (rc) {
        case_fail("its-grant-table", "set up: %ld", rc);
        return;
    }
    case_long("dies-though-shared", domctl_do(XEN_DOMCTL_destroydomain, domain), 0);
    case_long("its-grant-table", domain_info(domain, &info), 0);
    map_own(window);
    case_long("gone-with-its-grant-table", domain_info(domain, &info), -ESRCH);
    case_long("and-that-is-back", (long)(frames_free() - before), 0);
}

void cycle_run(const char *args)
{
    unsigned int times = (unsigned int)arg_number(args, "cycles", 24) / STAGES;
    void *window = page_alloc();

    case_set("cycle");
    for (unsigned int stage = 0; stage < STAGES; stage++)
        run_stage(stage, times, window);
    linger(window);
    linger_shared(window);
    case_true("audit", audit_agrees(), "wrong");
}
