/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pins and base tables.
 *
 * [base.loaded]  a table that CR3 may hold has a reference and a count as level 4, dropped only after
 *                another one is loaded
 */
#include "mm/base.h"
#include "mm/domain_memory.h"
#include "trace/trace.h"

static int pin_table(struct job *j, struct domain *d, mfn_t m, enum frame_use use)
{
    int rc = d->state == DOMAIN_DYING ? -ESRCH : job_ready(j, d, m, use);

    if (!rc)
        rc = table_get(j, d, m, use);
    if (rc)
        return rc;
    struct frame *f = frame_of(m);
    if (frame_use(f) & USE_PINNED) {
        table_put(j, d, m);
        return -EINVAL;
    }
    __atomic_fetch_or(&f->use, USE_PINNED, __ATOMIC_SEQ_CST);
    return 0;
}

/* One that waits for a promotion comes again and is recorded then. */
int pin(struct job *j, struct domain *d, mfn_t m, enum frame_use use)
{
    int rc = pin_table(j, d, m, use);

    if (rc != -EINPROGRESS)
        trace_pin(m.n, rc, d->id, use);
    return rc;
}

int unpin(struct job *j, struct domain *d, mfn_t m)
{
    struct frame *f = frame_of(m);

    if (!frame_is_of(d, m) || !(frame_use(f) & USE_PINNED)) {
        trace_unpin(m.n, -EINVAL, d->id);
        return -EINVAL;
    }
    int rc = job_ready(j, d, MFN_NONE, USE_NONE);
    if (rc)
        return rc;
    __atomic_fetch_and(&f->use, ~USE_PINNED, __ATOMIC_SEQ_CST);
    trace_unpin(m.n, 0, d->id);
    table_put(j, d, m);
    return 0;
}

int base_set(struct job *j, struct domain *d, mfn_t *slot, mfn_t m, bool load)
{
    mfn_t old = *slot;

    if (mfn_eq(old, m)) {
        if (load)
            cr3_load(m);
        return 0;
    }
    int rc = job_ready(j, d, m, USE_L4);
    if (!rc && !mfn_is_none(m))
        rc = table_get(j, d, m, USE_L4);
    if (rc)
        return rc;
    *slot = m;
    trace_base_load(m.n, load);
    if (load)
        cr3_load(m); /* [base.loaded] */
    if (!mfn_is_none(old))
        table_put(j, d, old);
    return 0;
}

/* A table that serves user mode shows the machine-to-physical table to nobody; the role given last
 * counts, as on Xen. Returns whether the table changed. */
static bool m2p_show(mfn_t l4, bool show)
{
    return !mfn_is_none(l4) && paging_show_m2p(frame_data(l4), show);
}

int base_set_kernel(struct vcpu *v, mfn_t m)
{
    int rc = base_set(vcpu_job(v), v->domain, &v->kernel_l4, m, true);

    if (!rc && m2p_show(m, true))
        cr3_load(m);
    return rc;
}

int base_set_user(struct vcpu *v, mfn_t m)
{
    int rc = base_set(vcpu_job(v), v->domain, &v->user_l4, m, false);

    if (!rc)
        m2p_show(m, false); /* seen when the table is loaded on the way to user mode */
    return rc;
}

/* The frequent case of table_get(). Undone by l4_put(), which cannot be the last then, nor while pinned. */
static inline bool l4_get(const struct domain *d, mfn_t m)
{
    struct frame *f = frame_of(m);

    if (unlikely(!frame_exists(m) || !frame_get(f, d->id)))
        return false;
    if (likely(type_get_more(f, USE_L4)))
        return true;
    frame_put(f);
    return false;
}

static inline void l4_put(mfn_t m)
{
    BUG_ON(!type_put_but_last(frame_of(m)));
    frame_put(frame_of(m));
}

static inline bool is_pinned(mfn_t m)
{
    return !mfn_is_none(m) && frame_use(frame_of(m)) & USE_PINNED;
}

/* As base_set() does; apart, so that nothing is kept for its sake while nothing is recorded. */
static __attribute__((noinline)) void record_switch(mfn_t old_kernel, mfn_t kernel, mfn_t old_user, mfn_t user)
{
    if (!mfn_eq(old_kernel, kernel))
        trace_base_load(kernel.n, true);
    if (!mfn_eq(old_user, user))
        trace_base_load(user.n, false);
}

bool bases_switch(struct vcpu *v, mfn_t kernel, mfn_t user)
{
    const mfn_t old_kernel = v->kernel_l4, old_user = v->user_l4;

    if (!is_pinned(old_kernel) || !is_pinned(old_user) || !l4_get(v->domain, kernel))
        return false;
    if (!l4_get(v->domain, user)) {
        l4_put(kernel);
        return false;
    }
    v->kernel_l4 = kernel;
    v->user_l4 = user;
    if (trace_wants(base_load))
        record_switch(old_kernel, kernel, old_user, user);
    m2p_show(kernel, true);
    m2p_show(user, false);
    cr3_load(kernel); /* [base.loaded] */
    l4_put(old_kernel);
    l4_put(old_user);
    return true;
}

int mm_pin_l4(struct domain *d, mfn_t m)
{
    struct job *j = &domain_memory(d)->job;
    int rc;

    do {
        rc = job_run(j, d, false);
        lock_take(&d->mm_lock);
        if (!rc)
            rc = pin(j, d, m, USE_L4);
        lock_drop(&d->mm_lock);
    } while (rc == -EINPROGRESS);
    return rc;
}

static int base_set_now(struct vcpu *v, mfn_t *slot, mfn_t m)
{
    struct domain *d = v->domain;
    int rc;

    do {
        rc = job_run(vcpu_job(v), d, true);
        lock_take(&d->mm_lock);
        if (!rc)
            rc = base_set(vcpu_job(v), d, slot, m, false);
        lock_drop(&d->mm_lock);
    } while (rc == -EINPROGRESS);
    return rc ? rc : job_run(vcpu_job(v), d, true);
}

int mm_load_base(struct vcpu *v, mfn_t kernel, mfn_t user)
{
    int rc = base_set_now(v, &v->kernel_l4, kernel);

    if (!rc)
        rc = base_set_now(v, &v->user_l4, user);
    if (!rc) {
        m2p_show(user, false);
        m2p_show(kernel, true);
    }
    return rc;
}

int bases_clear(struct vcpu *v)
{
    int rc = base_set_now(v, &v->kernel_l4, MFN_NONE);

    return rc ? rc : base_set_now(v, &v->user_l4, MFN_NONE);
}
