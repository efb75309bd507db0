/* SPDX-License-Identifier: BSD-2-Clause */
/* Making domains and vCPUs. */
#include "core/create.h"
#include "event/event.h"
#include "grant/grant.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "pv/pv.h"
#include "sched/sched.h"
#include "trace/trace.h"

/* Mappings of others' grants a domain may hold: the back ends of every other domain run in dom0. */
#define GRANT_HANDLES_DOM0 (GRANT_HANDLES_MAX / 2)
#define GRANT_HANDLES      1024

#define VCPU_ORDER         1 /* two pages: most of it is the trap table */

_Static_assert(sizeof(struct domain) <= PAGE_SIZE, "a domain is one page");
_Static_assert(sizeof(struct vcpu) <= PAGE_SIZE << VCPU_ORDER, "a vCPU is two pages");

static struct domain idle_domain = {.id = DOMID_IDLE, .state = DOMAIN_RUNNING};

static struct vcpu *vcpu_alloc(struct domain *d, unsigned id)
{
    struct vcpu *v = hv_alloc(VCPU_ORDER);

    if (!v)
        return NULL;
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

struct domain *domain_create(domid_t id, unsigned vcpus, uint64_t max_pages, bool is_hardware)
{
    struct domain *d = hv_alloc(0);

    if (!d)
        return NULL;
    d->id = id;
    d->state = DOMAIN_PAUSED;
    d->vcpu_count = vcpus;
    d->is_hardware = d->is_privileged = is_hardware;
    d->max_pages = max_pages;
    if (mm_domain_create(d) || !shared_info_create(d))
        return NULL;
    for (unsigned i = 0; i < vcpus; i++)
        if (!vcpu_create(d, i))
            return NULL;
    if (sched_domain_init(d) || event_domain_init(d) ||
        grant_domain_init(d, GRANT_FRAMES_MAX, is_hardware ? GRANT_HANDLES_DOM0 : GRANT_HANDLES) ||
        domain_register(d))
        return NULL;
    wallclock_publish(d);
    trace_domain_create(d->id, vcpus);
    return d;
}
