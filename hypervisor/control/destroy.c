/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a domain, in steps that can each be interrupted and gone on with:
 *
 *      any state ──► DYING: no vCPU runs any more
 *                      ports closed, descriptors and vcpu_info let go, page tables taken apart and memory
 *                      given back, grants of others let go
 *                    zombie: others still map its frames or hold its grants
 *                    gone: out of the table, its number free
 *
 * [destroy.all]    everything the domain held goes back, whatever state it died in
 * [destroy.last]   its number is not used again while a frame is called by it
 */
#include "control/destroy.h"
#include "control/create.h"
#include "control/toolstack.h"
#include "event/event.h"
#include "lib/spin.h"
#include "mm/mm.h"
#include "pv/pv.h"
#include "sched/sched.h"
#include "trace/trace.h"

#include <xen/xen.h>

/* Descriptor frames and a vcpu_info of the guest's. */
static void vcpu_let_go(struct vcpu *v)
{
    struct domain *d = v->domain;

    descriptors_release(v);
    v->runstate_area = GPTR(0);
    if (mfn_is_none(v->info_mfn))
        return;
    __atomic_store_n(&v->info, &d->shared_info->vcpu_info[v->id], __ATOMIC_SEQ_CST);
    mm_release(d, v->info_mfn);
    v->info_mfn = MFN_NONE;
}

static int vcpus_let_go(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++)
        vcpu_let_go(d->vcpus[i]);
    return 0;
}

static int (*const steps[])(struct domain *d) = {
    event_domain_reset,
    vcpus_let_go,
    mm_domain_destroy,
    grant_domain_release,
};

static bool is_zombie(const struct domain *d)
{
    return d->state == DOMAIN_DYING && d->death_step == ARRAY_SIZE(steps);
}

static void announce(void)
{
    struct domain *control = domain_by_id(0);

    if (control && control->state == DOMAIN_RUNNING)
        event_virq_global(control, VIRQ_DOM_EXC);
}

/* Every other CPU has passed where it holds nothing of what it found before. */
static void let_others_pass(void)
{
    cpus_hold();
    cpus_release();
}

/* What the domain shared with its guest; from here on nobody finds it. */
static void shared_let_go(struct domain *d)
{
    __atomic_store_n(&d->shared_info, NULL, __ATOMIC_SEQ_CST);
    let_others_pass();
    grant_domain_destroy(d);
    frame_unshare(d->shared_info_mfn);
}

/* The frames that others only map belong to nobody else before the last mapping is gone. [destroy.last] */
static bool is_held(struct domain *d)
{
    if (d->pages || (d->grants && !grant_domain_is_idle(d)))
        return true;
    if (d->shared_info)
        shared_let_go(d);
    return __atomic_load_n(&d->shared_pages, __ATOMIC_ACQUIRE);
}

static unsigned zombies; /* atomic */

/* False: somebody holds something of it. */
static bool bury(struct domain *d)
{
    domid_t id = d->id;

    if (is_held(d))
        return false;
    __atomic_sub_fetch(&zombies, 1, __ATOMIC_SEQ_CST);
    domain_unregister(d);
    let_others_pass();
    domain_free(d);
    trace_domain_gone(id);
    announce();
    return true;
}

bool zombies_bury(void)
{
    bool any = false;

    if (!__atomic_load_n(&zombies, __ATOMIC_ACQUIRE))
        return false;
    for (domid_t id = 1; id < MAX_DOMAINS; id++) {
        struct domain *d = domain_by_id(id);

        if (d && is_zombie(d))
            any |= bury(d);
    }
    return any;
}

bool zombies_bury_idle(void)
{
    bool any;

    if (likely(!__atomic_load_n(&zombies, __ATOMIC_ACQUIRE)) || !turn_take())
        return false;
    any = zombies_bury();
    turn_drop();
    return any;
}

/* Under the locks of those who look at the state before they give a dying domain something. */
static void stop(struct domain *d)
{
    lock_take(&d->io_lock);
    lock_take(&d->mm_lock);
    __atomic_store_n(&d->state, DOMAIN_DYING, __ATOMIC_SEQ_CST);
    lock_drop(&d->mm_lock);
    lock_drop(&d->io_lock);
    for (unsigned i = 0; i < d->vcpu_count; i++)
        d->vcpus[i]->crashed = true;
    sched_domain_changed(d);
}

bool domain_is_still(const struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++)
        if (!sched_is_stopped(d->vcpus[i])) {
            spin_wait(); /* the caller asks again: on one thread for all CPUs nobody else would get on meanwhile */
            return false;
        }
    return true;
}

int domain_destroy(struct domain *d)
{
    if (is_zombie(d))
        return 0;
    if (d->state != DOMAIN_DYING)
        stop(d);
    if (!domain_is_still(d))
        return -ERESTART;
    for (; d->death_step < ARRAY_SIZE(steps); d->death_step++) {
        int rc = steps[d->death_step](d);

        if (rc)
            return rc;
    }
    announce();
    __atomic_add_fetch(&zombies, 1, __ATOMIC_SEQ_CST);
    bury(d);
    return 0;
}
