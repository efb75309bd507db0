/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two domains, of which one maps a grant of the other: the owner dies first, and lingers until the holder
 * lets go, or dies as well.
 */
#include "keeper.h"

#include <xen/grant_table.h>

#define ESRCH   3
#define REF     8
#define WAIT_NS 1000000
#define WAITS   200

static struct victim owner, holder;

static long grant(void)
{
    static u8 window[PAGE_SIZE] __attribute__((aligned(4096)));
    grant_entry_v1_t *entry = (grant_entry_v1_t *)window + REF;
    long rc = map_foreign(window, grant_table_frame(owner.domain), owner.domain);

    if (rc)
        return rc;
    entry->frame = (u32)owner.frames[VICTIM_PAGES - 1];
    entry->domid = holder.domain;
    entry->flags = GTF_permit_access;
    return map_own(window);
}

/* The holder says that it is so far. */
static bool reaches(u64 stage)
{
    for (unsigned int i = 0; i < WAITS; i++) {
        if (victim_peek(&holder, &restless_work.calls) == stage)
            return true;
        sleep_ns(WAIT_NS);
    }
    return false;
}

/* Both are there, and the grant is mapped. */
static bool set_up(void)
{
    bool ok;

    memset(&owner, 0, sizeof(owner));
    memset(&holder, 0, sizeof(holder));
    if (domain_new(&owner.domain) || domain_new(&holder.domain) || victim_make(&owner, 2, 0) || grant())
        return false;
    restless_work.owner = owner.domain;
    restless_work.ref = REF;
    ok = !victim_make(&holder, VICTIM_STEPS, 0) && reaches(1);
    restless_work.owner = 0;
    return ok;
}

static bool owner_lingers(void)
{
    struct xen_domctl_getdomaininfo info;

    return !domain_info(owner.domain, &info) && info.flags & XEN_DOMINF_dying && info.tot_pages == 1;
}

static void kill_owner(const char *name)
{
    if (!set_up()) {
        case_fail(name, "the grant was not mapped");
        return;
    }
    case_long("owner-dies", domctl_do(XEN_DOMCTL_destroydomain, owner.domain), 0);
    case_true(name, owner_lingers(), "another state");
    case_true("audit-of-a-held-grant", audit_agrees(), "wrong");
}

static void check_gone(const char *name, u64 before)
{
    struct xen_domctl_getdomaininfo info;

    case_long(name, domain_info(owner.domain, &info), -ESRCH);
    domctl_do(XEN_DOMCTL_destroydomain, holder.domain);
    case_long("and-all-is-back", (long)(frames_free() - before), 0);
}

void held_run(void)
{
    u64 before = frames_free();

    case_set("held");
    kill_owner("lingers-for-a-grant");
    victim_poke(&holder, &restless_work.let_go, 1);
    case_true("holder-lets-go", reaches(3), "it did not");
    check_gone("gone-with-the-last-grant", before);
    kill_owner("lingers-again");
    case_long("holder-dies", domctl_do(XEN_DOMCTL_destroydomain, holder.domain), 0);
    check_gone("gone-with-the-holder", before);
}
