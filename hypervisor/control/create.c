/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making domains and vCPUs, and unmaking them.
 *
 * [create.whole] a domain is in the table only when all of it is there; what failed midway leaves nothing
 */
#include "control/create.h"
#include "event/event.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/room.h"
#include "pv/pv.h"
#include "sched/sched.h"
#include "trace/trace.h"

/* One page and two, in whose room the folders' parts of them fit. */
#define DOMAIN_ORDER 0
#define VCPU_ORDER   1

/* Windows may want page tables of our own, and those must not fail: we keep that many frames. */
#define FRAMES_KEPT 64

_Static_assert(sizeof(struct domain) <= PAGE_SIZE << DOMAIN_ORDER, "a domain is a page");
_Static_assert(sizeof(struct vcpu) <= PAGE_SIZE << VCPU_ORDER, "a vCPU is two pages");

static struct domain idle_domain = {.id = DOMID_IDLE, .state = DOMAIN_RUNNING};

static struct vcpu *vcpu_alloc(struct domain *d, unsigned id)
{
    struct vcpu *v = hv_alloc(VCPU_ORDER);

    if (!v)
        return NULL;
    room_open(&v->room, v, sizeof(*v), VCPU_ORDER);
    v->domain = d;
    v->id = id;
    v->timer_ns = ~0ull;
    return v;
}

struct vcpu *idle_create(unsigned cpu)
{
    struct vcpu *v = vcpu_alloc(&idle_domain, cpu);

    if (!v)
        panic("no memory for CPU %u", cpu);
    v->is_idle = true;
    v->cpu = cpu;
    v->state = VCPU_RUNNING;
    return v;
}

static bool vcpu_create(struct domain *d, unsigned id)
{
    struct vcpu *v = vcpu_alloc(d, id);

    if (!v)
        return false;
    d->vcpus[id] = v;
    v->info = &d->shared_info->vcpu_info[id];
    v->info->evtchn_upcall_mask = 1;
    pvclock_publish(v);
    v->state = VCPU_OFFLINE;
    return mm_vcpu_create(v) == 0 && context_init(v) == 0;
}

static bool shared_info_create(struct domain *d)
{
    d->shared_info = hv_alloc(0);
    if (!d->shared_info)
        return false;
    d->shared_info_mfn = mfn_of(d->shared_info);
    frame_share(d->shared_info_mfn, d);
    return true;
}

static bool vcpus_create(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++)
        if (!vcpu_create(d, i))
            return false;
    return true;
}

static int fill(struct domain *d, const struct domain_config *c)
{
    int rc;

    if (mm_free_frames() < FRAMES_KEPT || mm_domain_create(d) || !shared_info_create(d) ||
        !vcpus_create(d) || sched_domain_init(d) || event_domain_init(d))
        return -ENOMEM;
    rc = grant_domain_init(d, c->grant_frames, c->grant_handles);
    return rc ? rc : domain_register(d);
}

/* Read by ci/memory. Other CPUs may take or give memory meanwhile: exact on a quiet machine. */
static void report_state(const struct domain *d, uint64_t free_before)
{
    printk("dom%u: %lu KiB of hypervisor state, %u vCPUs\n", d->id,
           (free_before - mm_free_frames()) * PAGE_SIZE >> 10, d->vcpu_count);
}

static int create(const struct domain_config *c, struct domain **made)
{
    const uint64_t free_before = mm_free_frames();
    struct domain *d;
    int rc;

    if (c->id >= MAX_DOMAINS || !c->vcpus || c->vcpus > MAX_VCPUS_PER_DOM)
        return -EINVAL;
    if (domain_by_id(c->id))
        return -EEXIST;
    d = hv_alloc(DOMAIN_ORDER);
    if (!d)
        return -ENOMEM;
    room_open(&d->room, d, sizeof(*d), DOMAIN_ORDER);
    d->id = c->id;
    d->state = DOMAIN_PAUSED;
    d->vcpu_count = c->vcpus;
    d->is_hardware = d->is_privileged = c->is_hardware;
    d->max_pages = c->max_pages;
    memcpy(d->handle, c->handle, sizeof(d->handle));
    rc = fill(d, c);
    if (rc) {
        domain_free(d);
        return rc;
    }
    wallclock_publish(d);
    trace_domain_create(d->id, d->vcpu_count);
    report_state(d, free_before);
    *made = d;
    return 0;
}

/* One at a time, so that two cannot be of the same number. */
int domain_create(const struct domain_config *c, struct domain **made)
{
    static bool is_creating;
    int rc;

    if (__atomic_exchange_n(&is_creating, true, __ATOMIC_ACQUIRE))
        return -ERESTART;
    rc = create(c, made);
    __atomic_store_n(&is_creating, false, __ATOMIC_RELEASE);
    return rc;
}

static void vcpu_free(struct vcpu *v)
{
    context_destroy(v);
    hv_free(v, VCPU_ORDER);
}

/* In the reverse order of fill(); any of it may be missing. */
void domain_free(struct domain *d)
{
    domain_unregister(d);
    if (d->grants)
        grant_domain_destroy(d);
    if (d->events)
        event_domain_destroy(d);
    if (d->vcpus[0] && d->vcpus[0]->sched)
        sched_domain_destroy(d);
    if (d->shared_info)
        frame_unshare(d->shared_info_mfn);
    if (d->mm)
        mm_domain_free(d);
    for (unsigned i = 0; i < d->vcpu_count; i++)
        if (d->vcpus[i])
            vcpu_free(d->vcpus[i]);
    hv_free(d, DOMAIN_ORDER);
}
