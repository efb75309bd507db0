/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A domain's memory from birth to death.
 *
 * Death goes in this order, each step in pieces: jobs of any vCPU on the domain's tables; base tables;
 * pins, which demotes every table there is; then each frame's allocation. A frame that another domain
 * still maps stays until that mapping ends.
 */
#include "mm/domain_memory.h"
#include "lib/string.h"
#include "mm/base.h"
#include "mm/room.h"

struct list all_domains = {&all_domains, &all_domains};
struct lock all_domains_lock;

int mm_domain_create(struct domain *d)
{
    struct domain_memory *dm = room_alloc(&d->room, sizeof(*dm));

    if (!dm)
        return -ENOMEM;
    list_init(&dm->jobs);
    job_init(&dm->job);
    dm->domain = d;
    d->mm = dm;
    lock_take(&all_domains_lock);
    list_insert_before(&all_domains, &dm->all);
    lock_drop(&all_domains_lock);
    return 0;
}

int mm_vcpu_create(struct vcpu *v)
{
    struct vcpu_memory *vm = room_alloc(&v->room, sizeof(*vm));

    if (!vm)
        return -ENOMEM;
    job_init(&vm->job);
    v->mm_job = vm;
    v->kernel_l4 = v->user_l4 = v->info_mfn = MFN_NONE;
    return 0;
}

int domain_give(struct domain *d, mfn_t first, unsigned order)
{
    lock_take(&d->mm_lock);
    bool fits = d->pages + (1ull << order) <= d->max_pages && d->state != DOMAIN_DYING;
    if (fits)
        frame_assign(d, first, order);
    lock_drop(&d->mm_lock);
    return fits ? 0 : -ENOMEM;
}

mfn_t mm_populate(struct domain *d, unsigned order, uint64_t below, bool dirty)
{
    if (order > MM_MAX_ORDER)
        return MFN_NONE;
    mfn_t m = frame_alloc(order, below, dirty);
    if (mfn_is_none(m))
        return m;
    if (!domain_give(d, m, order))
        return m;
    frame_free(m, order);
    return MFN_NONE;
}

static int bases_drop(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        struct vcpu *v = d->vcpus[i];
        int rc = v ? bases_clear(v) : 0;

        if (rc)
            return rc;
    }
    return 0;
}

/* The pin, if any, of one frame; demotion runs to the end, one table per lock holding. */
static int frame_unpin(struct domain *d, mfn_t m)
{
    struct job *j = &domain_memory(d)->job;

    if (!frame_is_of(d, m) || !(frame_use(frame_of(m)) & USE_PINNED))
        return 0;
    lock_take(&d->mm_lock);
    int rc = unpin(j, d, m);
    lock_drop(&d->mm_lock);
    BUG_ON(rc); /* the domain is dead and its jobs are done: nobody else is at it */
    return job_run(j, d, true);
}

static int frame_give_up(struct domain *d, mfn_t m)
{
    struct frame *f = frame_of(m);
    uint64_t own = frame_own(f);

    if (own_domain(own) != d->id || !(own & OWN_ALLOCATED) || own & OWN_SHARED)
        return 0;
    __atomic_and_fetch(&f->own, ~OWN_ALLOCATED, __ATOMIC_SEQ_CST);
    frame_put(f);
    return 0;
}

/* Every frame from dm->next on, with a look at the clock each 512. */
static int each_frame(struct domain *d, int (*what)(struct domain *, mfn_t))
{
    struct domain_memory *dm = domain_memory(d);

    while (dm->next < frame_count) {
        int rc = what(d, MFN(dm->next));

        if (rc)
            return rc;
        if (++dm->next % 512 == 0 && preempt_wanted())
            return -ERESTART;
    }
    dm->next = 0;
    return 0;
}

int mm_domain_destroy(struct domain *d)
{
    struct domain_memory *dm = domain_memory(d);
    int rc = job_settle(&dm->job, d);

    if (rc)
        return rc;
    while (dm->phase != DESTROY_DONE) {
        if (dm->phase == DESTROY_BASES) {
            rc = jobs_finish(d);
            if (!rc)
                rc = bases_drop(d);
        } else {
            rc = each_frame(d, dm->phase == DESTROY_PINS ? frame_unpin : frame_give_up);
        }
        if (rc)
            return rc;
        dm->phase++;
    }
    return 0;
}

void mm_domain_free(struct domain *d)
{
    BUG_ON(d->pages);
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        if (!d->vcpus[i] || !d->vcpus[i]->mm_job)
            continue;
        room_free(d->vcpus[i]->mm_job);
        d->vcpus[i]->mm_job = NULL;
    }
    lock_take(&all_domains_lock);
    list_remove(&domain_memory(d)->all);
    lock_drop(&all_domains_lock);
    if (domain_memory(d)->map)
        hv_free(domain_memory(d)->map, 0);
    room_free(d->mm);
    d->mm = NULL;
}
