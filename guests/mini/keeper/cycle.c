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

static long create(domid_t *domain)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_createdomain, 0);
    long rc;

    op->u.createdomain.max_vcpus = 2;
    op->u.createdomain.max_grant_frames = 1;
    op->u.createdomain.max_maptrack_frames = 1;
    rc = domctl(op);
    *domain = op->domain;
    return rc;
}

static long limit(domid_t domain, u64 pages)
{
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_max_mem, domain);

    op->u.max_mem.max_memkb = pages << (PAGE_SHIFT - 10);
    return domctl(op);
}

static long populate(domid_t domain)
{
    struct xen_memory_reservation r = {.nr_extents = PAGES, .domid = domain};

    for (u64 i = 0; i < PAGES; i++)
        frames[i] = i;
    set_xen_guest_handle(r.extent_start, frames);
    return hyp_memory_op(XENMEM_populate_physmap, &r) == PAGES ? 0 : -1;
}

/* The entry of our page `at` maps that frame of the domain, or with none our own again. */
static long map_foreign(void *at, u64 frame, domid_t domain)
{
    mmu_update_t u = {.ptr = pte_maddr((u64)at, 1), .val = pte_make(frame, PTE_DATA)};
    u32 done = 0;

    return hyp_mmu_update(&u, 1, &done, domain);
}

static long map_own(void *at, u64 pfn)
{
    return map_page((u64)at, pte_make(p2m[pfn], PTE_DATA));
}

/* An L4 with one L3 below it, through a foreign mapping, then pinned. */
static long pin_tables(domid_t domain, void *window)
{
    mmuext_op_t op = {.cmd = MMUEXT_PIN_L4_TABLE, .arg1.mfn = frames[0]};
    u64 own = va_pfn(window);
    u32 done;
    long rc = map_foreign(window, frames[0], domain);

    if (rc)
        return rc;
    memset(window, 0, PAGE_SIZE);
    *(u64 *)window = pte_make(frames[1], PTE_TABLE);
    rc = map_own(window, own);
    return rc ? rc : hyp_mmuext_op(&op, 1, &done, domain);
}

static long set_vcpu(domid_t domain)
{
    static vcpu_guest_context_t context;
    struct xen_domctl *op = domctl_new(XEN_DOMCTL_setvcpucontext, domain);

    memset(&context, 0, sizeof(context));
    context.ctrlreg[3] = frames[0] << PAGE_SHIFT;
    context.gdt_frames[0] = frames[2];
    context.gdt_ents = 512;
    context.flags = VGCF_in_kernel | VGCF_online;
    set_xen_guest_handle(op->u.vcpucontext.ctxt, &context);
    return domctl(op);
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

    rc = create(&domain);
    if (rc)
        return rc;
    if (stage > 0)
        rc = limit(domain, PAGES);
    if (!rc && stage > 0)
        rc = populate(domain);
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
    long rc = create(domain);

    rc = rc ? rc : limit(*domain, PAGES);
    rc = rc ? rc : populate(*domain);
    return rc ? rc : map_foreign(window, which(*domain), *domain);
}

static u64 frame_of_memory(domid_t domain)
{
    return frames[3];
}

static u64 frame_of_grant_table(domid_t domain)
{
    struct xen_mem_acquire_resource r = {
        .domid = domain, .type = XENMEM_resource_grant_table, .nr_frames = 1};
    xen_pfn_t frame = 0;

    set_xen_guest_handle(r.frame_list, &frame);
    return hyp_memory_op(XENMEM_acquire_resource, &r) ? 0 : frame;
}

/* A frame that we still map keeps a dead domain in the list until we let go; nobody else gets it. */
static void linger(void *window)
{
    struct xen_domctl_getdomaininfo info;
    u64 before = frames_free(), own = va_pfn(window);
    domid_t domain;
    long rc = make_and_map(&domain, frame_of_memory, window);

    if (rc) {
        case_fail("lingers", "set up: %ld", rc);
        return;
    }
    case_hex("fresh-memory-is-empty", *(volatile u64 *)window, 0);
    case_long("no-more-than-its-limit", populate(domain), -1);
    *(volatile u64 *)window = 0x1234;
    case_long("dies-though-mapped", domctl_do(XEN_DOMCTL_destroydomain, domain), 0);
    rc = domain_info(domain, &info);
    case_true("lingers", !rc && info.flags & XEN_DOMINF_dying && info.tot_pages == 1, "another state");
    case_hex("its-frame-too", *(volatile u64 *)window, 0x1234);
    case_long("nothing-more-of-it", map_foreign(window, frames[4], domain), -ESRCH);
    case_long("no-more-memory", populate(domain), -1);
    case_long("not-paused", domctl_do(XEN_DOMCTL_pausedomain, domain), -ESRCH);
    case_long("dies-once", domctl_do(XEN_DOMCTL_destroydomain, domain), 0);
    case_true("audit-of-a-zombie", audit_agrees(), "wrong");
    map_own(window, own);
    case_long("gone-with-the-last-mapping", domain_info(domain, &info), -ESRCH);
    case_long("and-all-is-back", (long)(frames_free() - before), 0);
}

/* The same with a frame of the hypervisor's that was the domain's to share. */
static void linger_shared(void *window)
{
    struct xen_domctl_getdomaininfo info;
    u64 before = frames_free(), own = va_pfn(window);
    domid_t domain;
    long rc = make_and_map(&domain, frame_of_grant_table, window);

    if (rc) {
        case_fail("its-grant-table", "set up: %ld", rc);
        return;
    }
    case_long("dies-though-shared", domctl_do(XEN_DOMCTL_destroydomain, domain), 0);
    case_long("its-grant-table", domain_info(domain, &info), 0);
    map_own(window, own);
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
