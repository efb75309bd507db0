/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One abuse, or a few in turns, and nothing else, for a while or for ever. What a neighbour loses by it is measured elsewhere
 * (check_many hogs, ci/isolation), against `spin`, which is no abuse: it only computes.
 */
#include "hostile.h"

#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

#define TICK_NS  10000000ul /* of a scheduler that samples */
#define AWAY_NS  200000ul
#define NAP_NS   100000ul
#define BURST    100
#define L1_PAGES (POOL_PAGES - 3)

static unsigned int vcpus;
static u32 ipi_port[VCPUS_MAX];

static void nothing(void)
{
}

static void spin(void)
{
    for (volatile unsigned int i = 0; i < 10000; i++)
        ;
}

static void spin_bare(unsigned int vcpu)
{
    spin();
}

static void timer_start(void)
{
    event_unmask((u32)port_virq(VIRQ_TIMER, 0));
}

static void sleep_until(u64 ns)
{
    upcall_mask_set(1); /* until the block, which would else miss a timer that goes off before it */
    hyp_set_timer_op(ns);
    hyp_sched_op(SCHEDOP_block, 0);
}

/* Asleep whenever a tick could find it running. */
static void dodge(void)
{
    u64 tick = (time_ns() / TICK_NS + 1) * TICK_NS;

    while (time_ns() < tick - AWAY_NS / 2)
        ;
    sleep_until(tick + AWAY_NS / 2);
}

/* 10,000 times in a second it wants to run at once. */
static void wake(void)
{
    sleep_until(time_ns() + NAP_NS);
}

static void calls(void)
{
    for (unsigned int i = 0; i < BURST; i++)
        hyp_xen_version(i % 10, BUFFER);
}

static void flush(unsigned int vcpu)
{
    mmuext(MMUEXT_TLB_FLUSH_ALL, 0, 0);
    mmuext(MMUEXT_INVLPG_ALL, BUFFER, 0);
    mmuext(MMUEXT_NEW_BASEPTR, va_mfn((void *)start_info->pt_base), 0);
}

static void flushes(void)
{
    flush(0);
}

static void ipis_start(void)
{
    for (unsigned int vcpu = 0; vcpu < vcpus; vcpu++)
        ipi_port[vcpu] = (u32)port_ipi(vcpu);
}

/* Wakes all the others, and sleeps until one of them wakes us. */
static void ipi(unsigned int vcpu)
{
    struct sched_poll poll = {.nr_ports = 1};

    set_xen_guest_handle(poll.ports, &ipi_port[vcpu]);
    event_clear(ipi_port[vcpu]);
    for (unsigned int other = 0; other < vcpus; other++)
        if (other != vcpu)
            port_send(ipi_port[other]);
    if (vcpus > 1)
        hyp_sched_op(SCHEDOP_poll, &poll);
}

static void ipis(void)
{
    ipi(0);
}

/* As large a tree as there are pages for, full in every entry: pool_page[0] is its L4. */
static void tree_start(void)
{
    pool_page[0][1] = pte_make(va_mfn(pool_page[1]), PTE_TABLE);
    pool_page[1][0] = pte_make(va_mfn(pool_page[2]), PTE_TABLE);
    for (unsigned int i = 0; i < L1_PAGES; i++) {
        pool_page[2][i] = pte_make(va_mfn(pool_page[3 + i]), PTE_TABLE);
        for (unsigned int entry = 0; entry < 512; entry++)
            pool_page[3 + i][entry] = pte_make(va_mfn(code_page), PTE_RO);
    }
    for (unsigned int i = 0; i < POOL_PAGES; i++)
        page_set_ro(pool_page[i]);
}

static void tree(void)
{
    mmuext(MMUEXT_PIN_L4_TABLE, va_mfn(pool_page[0]), 0);
    mmuext(MMUEXT_UNPIN_TABLE, va_mfn(pool_page[0]), 0);
}

static void balloon(void)
{
    struct xen_memory_reservation r = {.nr_extents = POOL_FRAMES, .domid = DOMID_SELF};

    set_xen_guest_handle(r.extent_start, pool_frame);
    hyp_memory_op(XENMEM_decrease_reservation, &r);
    for (u64 i = 0; i < POOL_FRAMES; i++)
        pool_frame[i] = start_info->nr_pages - 4096 + i;
    hyp_memory_op(XENMEM_populate_physmap, &r);
}

/* As often as there can be one, long ago, and never. */
static void timers(void)
{
    struct vcpu_set_periodic_timer every = {.period_ns = 1};
    struct vcpu_set_singleshot_timer past = {.timeout_abs_ns = 1};

    hyp_vcpu_op(VCPUOP_set_periodic_timer, 0, &every);
    hyp_vcpu_op(VCPUOP_set_singleshot_timer, 0, &past);
    hyp_set_timer_op(1);
    hyp_set_timer_op(1ul << 63);
    hyp_set_timer_op(time_ns() + 1000);
}

static void touch_nothing(void *unused)
{
    *(volatile u64 *)0x1000 = 0;
}

static void load_no_selector(void *unused)
{
    asm volatile("mov %0, %%fs" ::"r"(0x1234));
}

static void run_nothing(void *unused)
{
    asm volatile("ud2");
}

static void faults(void)
{
    trap_catch(touch_nothing, 0);
    trap_catch(load_no_selector, 0);
    trap_catch(run_nothing, 0);
}

static void log_line(void)
{
    static char line[] = "a line of a domain that has nothing to say and says it again and again\n";

    hyp_console_io(CONSOLEIO_write, sizeof(line) - 1, line);
}

/* The ports every domain has to its control domain, whose daemons listen. */
static void events(void)
{
    for (unsigned int i = 0; i < BURST && !has_peer; i++) {
        port_send(start_info->console.domU.evtchn);
        port_send(start_info->store_evtchn);
    }
    if (has_peer)
        storm_events();
}

/* At once, so that it is made again as soon as xl has seen it. */
static void crash(void)
{
    guest_shutdown(SHUTDOWN_crash);
}

static const struct hog {
    const char *argument;
    void (*start)(void), (*step)(void);
    bare_fn *bare; /* of the further vCPUs */
} hogs[] = {
    {"hog=spin", nothing, spin, spin_bare},
    {"hog=dodge", timer_start, dodge, NULL},
    {"hog=wake", timer_start, wake, NULL},
    {"hog=calls", nothing, calls, NULL},
    {"hog=flushes", nothing, flushes, flush},
    {"hog=ipis", ipis_start, ipis, ipi},
    {"hog=tree", tree_start, tree, NULL},
    {"hog=balloon", nothing, balloon, NULL},
    {"hog=timers", timer_start, timers, NULL},
    {"hog=torn", nothing, torn_store, torn_table},
    {"hog=faults", nothing, faults, NULL},
    {"hog=log", nothing, log_line, NULL},
    {"hog=events", nothing, events, NULL},
    {"hog=grants", nothing, storm_grants, NULL},
    {"hog=store", store_start, store_step, NULL},
    {"hog=ring", ring_start, ring_step, NULL},
    {"hog=crash", nothing, crash, NULL},
    {"hog=all", nothing, hostile_step, mutate_bare},
};

static const struct hog *chosen[ARRAY_SIZE(hogs)];
static unsigned int chosen_count;

static void further_step(unsigned int vcpu)
{
    for (unsigned int i = 0; i < chosen_count; i++)
        if (chosen[i]->bare)
            chosen[i]->bare(vcpu);
}

bool hog_run(const char *args, unsigned int n, u64 ms)
{
    u64 ends = time_ns() + ms * 1000000;
    long rc;

    vcpus = n < VCPUS_MAX ? n : VCPUS_MAX;
    for (const struct hog *h = hogs; h < hogs + ARRAY_SIZE(hogs); h++)
        if (arg_has(args, h->argument))
            chosen[chosen_count++] = h;
    for (unsigned int i = 0; i < chosen_count; i++)
        chosen[i]->start();
    rc = chosen_count ? vcpus_start(vcpus, further_step) : 0;
    if (rc)
        print("hostile: a further vCPU does not start: %ld\n", rc);
    for (unsigned int i = 0; chosen_count && (!ms || time_ns() < ends); i++)
        chosen[i % chosen_count]->step();
    return chosen_count;
}
