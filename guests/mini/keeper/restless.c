/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a victim's vCPUs do until somebody ends them: they pin, fill and unpin tables of one pool of frames
 * at the same time, map and copy what dom0 grants them, send, bind and close ports, set timers, give memory
 * back and ask for it, stop and start each other. It runs in a copy of the keeper's image, with nothing of
 * the library's set up: no traps, no events, no console.
 */
#include "keeper.h"

#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

#define SPARE_VA (VIRT_BASE + SPARE_PAGE * PAGE_SIZE)

struct restless restless_work;
u8 restless_stack[2][PAGE_SIZE] __attribute__((aligned(4096)));

static u64 pool_frame(u64 *s)
{
    const struct restless *w = &restless_work;

    return w->frames[w->pool + random(s, VICTIM_PAGES - w->pool)];
}

static void pin(u64 *s)
{
    mmuext(MMUEXT_PIN_L1_TABLE + (u32)random(s, 4), pool_frame(s), 0);
}

static void unpin(u64 *s)
{
    mmuext(MMUEXT_UNPIN_TABLE, pool_frame(s), 0);
}

static void link(u64 *s)
{
    u64 flags = random(s, 2) ? PTE_TABLE : PTE_RO;
    u64 to = pool_frame(s) << PAGE_SHIFT | random(s, 4) * 8;

    mmu_write(to, random(s, 3) ? pte_make(pool_frame(s), flags) : 0);
}

static void user_base(u64 *s)
{
    mmuext(MMUEXT_NEW_USER_BASEPTR, random(s, 2) ? pool_frame(s) : 0, 0);
}

static void descriptors(u64 *s)
{
    u64 frame = pool_frame(s);

    hyp_set_gdt(&frame, random(s, 2) ? 512 : 0);
}

static void map_grant(u64 *s)
{
    static u32 handle;
    struct gnttab_map_grant_ref m = {.host_addr = SPARE_VA,
                                     .flags = GNTMAP_host_map | (random(s, 2) ? GNTMAP_readonly : 0),
                                     .ref = restless_work.ref + (u32)random(s, restless_work.refs + 1)};
    struct gnttab_unmap_grant_ref u = {.host_addr = SPARE_VA, .handle = handle};

    if (random(s, 2))
        hyp_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1);
    else if (!hyp_grant_table_op(GNTTABOP_map_grant_ref, &m, 1) && m.status == GNTST_okay)
        handle = m.handle;
}

static void copy_grant(u64 *s)
{
    struct gnttab_copy c = {.source.u.ref = restless_work.ref + (u32)random(s, restless_work.refs + 1),
                            .dest = {.u.gmfn = pool_frame(s), .domid = DOMID_SELF},
                            .len = (u16)random(s, PAGE_SIZE + 2),
                            .flags = GNTCOPY_source_gref};

    hyp_grant_table_op(GNTTABOP_copy, &c, 1);
}

static void ports(u64 *s)
{
    switch (random(s, 5)) {
    case 0:
        port_unbound(DOMID_SELF, 0);
        break;
    case 1:
        port_interdomain(0, restless_work.port);
        break;
    case 2:
        port_ipi((u32)random(s, 2));
        break;
    case 3:
        port_close((u32)random(s, 16));
        break;
    default:
        port_send((u32)random(s, 16));
    }
}

static void timers(u64 *s)
{
    struct vcpu_set_periodic_timer periodic = {.period_ns = 1000000 + random(s, 1000000)};

    if (random(s, 2))
        hyp_set_timer_op(time_ns() + random(s, random(s, 2) ? 100000 : 30000000));
    else
        hyp_vcpu_op(VCPUOP_set_periodic_timer, random(s, 2), &periodic);
}

static void memory(u64 *s)
{
    u64 frame = pool_frame(s);
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};

    set_xen_guest_handle(r.extent_start, &frame);
    if (random(s, 8))
        hyp_memory_op(XENMEM_populate_physmap, &r);
    else
        hyp_memory_op(XENMEM_decrease_reservation, &r);
}

/* Not in the pool: who writes a vcpu_info at random lets an event in, and dies of it. */
static void places(u64 *s)
{
    static u8 area[PAGE_SIZE] __attribute__((aligned(4096)));
    struct vcpu_register_runstate_memory_area reg = {.addr.p = (u64)area};
    struct vcpu_register_vcpu_info info = {
        .mfn = restless_work.frames[FIRST_IMAGE + (((u64)area - IMAGE_START) >> PAGE_SHIFT)], .offset = 1024};

    if (random(s, 8))
        hyp_vcpu_op(VCPUOP_register_runstate_memory_area, 0, &reg);
    else
        hyp_vcpu_op(VCPUOP_register_vcpu_info, random(s, 2), &info);
}

static void rest(u64 *s)
{
    struct sched_poll p = {.timeout = time_ns() + random(s, 50000)};

    hyp_sched_op(random(s, 2) ? SCHEDOP_yield : SCHEDOP_poll, &p);
}

static void up(u64 *s)
{
    hyp_vcpu_op(VCPUOP_up, random(s, 2), 0);
}

/* Maps one grant of another domain's, says so, and lets go of it when told to. */
static void hold(void)
{
    struct restless *w = &restless_work;
    struct gnttab_map_grant_ref m = {
        .host_addr = SPARE_VA, .flags = GNTMAP_host_map, .ref = w->ref, .dom = w->owner};
    struct gnttab_unmap_grant_ref u = {.host_addr = SPARE_VA};

    hyp_grant_table_op(GNTTABOP_map_grant_ref, &m, 1);
    u.handle = m.handle;
    w->calls = m.status == GNTST_okay ? 1 : 2;
    while (!*(volatile u64 *)&w->let_go)
        hyp_sched_op(SCHEDOP_yield, 0);
    hyp_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1);
    w->calls = 3;
    for (;;)
        hyp_sched_op(SCHEDOP_yield, 0);
}

void restless(u64 vcpu)
{
    static void (*const moves[])(u64 *s) = {
        pin,        pin,   unpin,  link,   link,   link, user_base, descriptors, map_grant, map_grant,
        copy_grant, ports, ports, timers, memory, places, rest, up,
    };
    u64 state = restless_work.seed * 2 + vcpu;

    if (restless_work.owner && !vcpu)
        hold();
    while (restless_work.owner)
        hyp_sched_op(SCHEDOP_yield, 0);
    for (;;) {
        moves[random(&state, ARRAY_SIZE(moves))](&state);
        __atomic_add_fetch(&restless_work.calls, 1, __ATOMIC_RELAXED);
    }
}
