/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Victims, ended at random points: after any step of their making, or after any time of running. After
 * each end all is given back, and what dom0 granted is free; now and then the audit must agree. The guest
 * that was there before them (the first of `guest=`) keeps its share of the CPU.
 *
 *   kills=N   how many (default none)
 *   seed=N    which points (default 1)
 *   run_ms=MS the longest time of running (default 2)
 */
#include "keeper.h"

#include <xen/grant_table.h>

#define REFS      4
#define FIRST_REF 16
#define AUDITS    16 /* one in so many kills */

static u64 state;
static u64 run_ns;
static grant_entry_v1_t *grants;
static void *granted[REFS];

static void grants_init(void)
{
    static u8 table[PAGE_SIZE] __attribute__((aligned(4096)));
    u64 frame = 0;
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1};

    set_xen_guest_handle(setup.frame_list, &frame);
    hyp_grant_table_op(GNTTABOP_setup_table, &setup, 1);
    case_long("grants", setup.status | map_page((u64)table, pte_make(frame, PTE_DATA)), 0);
    grants = (grant_entry_v1_t *)table;
    for (unsigned int i = 0; i < REFS; i++)
        granted[i] = page_alloc();
}

static void offer(domid_t domain)
{
    for (unsigned int i = 0; i < REFS; i++) {
        grants[FIRST_REF + i].frame = (u32)va_mfn(granted[i]);
        grants[FIRST_REF + i].domid = domain;
        grants[FIRST_REF + i].flags = GTF_permit_access | (i % 2 ? GTF_readonly : 0);
    }
    restless_work.ref = FIRST_REF;
    restless_work.refs = REFS;
    restless_work.port = (u32)port_unbound(DOMID_SELF, domain);
}

/* True when nobody held them any more. */
static bool withdraw(void)
{
    u16 held = 0;

    for (unsigned int i = 0; i < REFS; i++) {
        held |= grants[FIRST_REF + i].flags & (GTF_reading | GTF_writing);
        grants[FIRST_REF + i].flags = 0;
    }
    return !port_close(restless_work.port) && !held;
}

struct tally {
    u64 errors, held, lost, crashed, ran, calls, audits;
};

static void look(const struct victim *of, struct tally *t)
{
    struct xen_domctl_getdomaininfo info;

    t->ran++;
    t->calls += victim_peek(of, &restless_work.calls);
    t->crashed += !domain_info(of->domain, &info) && info.flags & XEN_DOMINF_shutdown;
}

/* At half of the points it runs. */
static void kill_one(struct tally *t)
{
    static struct victim one;
    unsigned int steps = (unsigned int)random(&state, 2 * VICTIM_STEPS);
    u64 before = frames_free();

    memset(&one, 0, sizeof(one));
    if (domain_new(&one.domain)) {
        t->errors++;
        return;
    }
    offer(one.domain);
    steps = steps > VICTIM_STEPS ? VICTIM_STEPS : steps;
    t->errors += victim_make(&one, steps, random(&state, 1ul << 31)) != 0;
    if (steps == VICTIM_STEPS) {
        sleep_ns(random(&state, run_ns));
        look(&one, t);
    }
    t->errors += domctl_do(XEN_DOMCTL_destroydomain, one.domain) != 0;
    t->held += !withdraw();
    t->lost += frames_free() != before;
}

void kill_run(const char *args)
{
    u64 kills = arg_number(args, "kills", 0), before = domains_list();
    struct tally t = {0};

    if (!kills)
        return;
    case_set("kill");
    state = arg_number(args, "seed", 1);
    run_ns = arg_number(args, "run_ms", 2) * 1000000;
    grants_init();
    while (!t.ran)
        kill_one(&t); /* the first that is looked at may leave us a page table richer */
    memset(&t, 0, sizeof(t));
    for (u64 i = 0; i < kills; i++) {
        kill_one(&t);
        if (i % AUDITS == 0)
            t.audits += !audit_agrees();
    }
    print("keeper: %lu victims, of which %lu ran, made %lu calls, and %lu crashed\n", kills, t.ran, t.calls,
          t.crashed);
    case_long("errors", (long)t.errors, 0);
    case_long("grants-still-held", (long)t.held, 0);
    case_long("ends-that-lost-frames", (long)t.lost, 0);
    case_long("audits-that-failed", (long)t.audits, 0);
    case_true("they-ran", t.ran > kills / 4 && t.calls > t.ran * 10, "too few of them, or too little");
    case_true("few-crashed-themselves", t.crashed < t.ran / 4, "most did");
    case_long("none-is-left", (long)(domains_list() - before), 0);
    case_true("audit-after", audit_agrees(), "wrong");
}
