/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmuext_op: a list of operations on tables and TLBs.
 *
 * An operation on tables is tried under the lock; when it first needs a promotion or demotion it changes
 * nothing, the job is run, and it is tried again (promote.h).
 */
#include "hypercalls.h"
#include "lib/string.h"
#include "mm/base.h"
#include "mm/domain_memory.h"
#include "mm/flush.h"
#include "mm/foreign.h"
#include "trace/trace.h"

/* One page of d, writable while we write it. */
static int page_write(struct domain *d, mfn_t to, const void *from)
{
    int rc = mm_hold(d, to);

    if (rc)
        return rc;
    if (from)
        memmove(frame_data(to), from, PAGE_SIZE); /* a page may be copied to itself */
    else
        memset(frame_data(to), 0, PAGE_SIZE);
    mm_release(d, to);
    return 0;
}

static int page_copy(struct domain *d, mfn_t to, mfn_t from)
{
    if (!frame_exists(from) || !frame_get(frame_of(from), d->id))
        return -EINVAL;
    int rc = page_write(d, to, frame_data(from));
    frame_put(frame_of(from));
    return rc;
}

static int base_try(struct vcpu *v, struct domain *d, mfn_t *slot, mfn_t m)
{
    bool is_kernel = slot == &v->kernel_l4;

    if (d != v->domain)
        return -EPERM;
    if (!m.n && !is_kernel)
        m = MFN_NONE; /* the guest's way to say none */
    else if (!frame_exists(m))
        return -EINVAL; /* MFN_NONE among them, which base_set() would take for none */
    return is_kernel ? base_set_kernel(v, m) : base_set_user(v, m);
}

static int table_try(struct vcpu *v, struct domain *d, const mmuext_op_t *op)
{
    struct job *j = vcpu_job(v);
    mfn_t m = MFN(op->arg1.mfn);

    switch (op->cmd) {
    case MMUEXT_PIN_L1_TABLE:
    case MMUEXT_PIN_L2_TABLE:
    case MMUEXT_PIN_L3_TABLE:
    case MMUEXT_PIN_L4_TABLE:
        return pin(j, d, m, USE_L1 + (op->cmd - MMUEXT_PIN_L1_TABLE));
    case MMUEXT_UNPIN_TABLE:
        return unpin(j, d, m);
    case MMUEXT_NEW_BASEPTR:
        return base_try(v, d, &v->kernel_l4, m);
    default: /* MMUEXT_NEW_USER_BASEPTR */
        return base_try(v, d, &v->user_l4, m);
    }
}

static int table_op(struct vcpu *v, struct domain *d, const mmuext_op_t *op)
{
    struct job *j = vcpu_job(v);
    int rc;

    for (;;) {
        lock_take(&d->mm_lock);
        rc = table_try(v, d, op);
        lock_drop(&d->mm_lock);
        if (likely(rc != -EINPROGRESS))
            return rc;
        rc = job_settle(j, d);
        if (rc)
            return rc;
    }
}

static int flush_multi(struct vcpu *v, const mmuext_op_t *op, const uint64_t *page)
{
    uint64_t cpus;

    if (flush_mask_read(v->domain, GPTR((uint64_t)op->arg2.vcpumask.p), &cpus))
        return -EINVAL; /* as the ABI has it, and not -EFAULT */
    flush_cpus(v, cpus, page);
    return 0;
}

static int flush_op(struct vcpu *v, const mmuext_op_t *op)
{
    uint64_t page = op->arg1.linear_addr;

    switch (op->cmd) {
    case MMUEXT_TLB_FLUSH_LOCAL:
        flush_cpus(v, cpu_of(v), NULL);
        return 0;
    case MMUEXT_INVLPG_LOCAL:
        flush_cpus(v, cpu_of(v), &page);
        return 0;
    case MMUEXT_TLB_FLUSH_MULTI:
        return flush_multi(v, op, NULL);
    case MMUEXT_INVLPG_MULTI:
        return flush_multi(v, op, &page);
    case MMUEXT_TLB_FLUSH_ALL:
        flush_cpus(v, v->domain->dirty_cpus, NULL);
        return 0;
    default: /* MMUEXT_INVLPG_ALL */
        flush_cpus(v, v->domain->dirty_cpus, &page);
        return 0;
    }
}

static int op_do(struct vcpu *v, struct domain *d, const mmuext_op_t *op)
{
    switch (op->cmd) {
    case MMUEXT_PIN_L1_TABLE ... MMUEXT_NEW_BASEPTR:
    case MMUEXT_NEW_USER_BASEPTR:
        return table_op(v, d, op);
    case MMUEXT_TLB_FLUSH_LOCAL ... MMUEXT_INVLPG_ALL:
        return flush_op(v, op);
    case MMUEXT_FLUSH_CACHE:
    case MMUEXT_FLUSH_CACHE_GLOBAL: /* [entry.cached]: no guest has RAM uncached */
        return v->domain->is_hardware ? 0 : -EACCES;
    case MMUEXT_SET_LDT:
        return on_set_ldt(v, op->arg1.linear_addr, op->arg2.nr_ents);
    case MMUEXT_CLEAR_PAGE:
        return page_write(d, MFN(op->arg1.mfn), NULL);
    case MMUEXT_COPY_PAGE:
        return page_copy(d, MFN(op->arg1.mfn), MFN(op->arg2.src_mfn));
    case MMUEXT_MARK_SUPER:
    case MMUEXT_UNMARK_SUPER:
        return -EOPNOTSUPP;
    default:
        return -ENOSYS;
    }
}

int mm_new_base(struct vcpu *v, mfn_t m)
{
    const mmuext_op_t op = {.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = m.n};
    int rc = job_settle(vcpu_job(v), v->domain);

    if (!rc)
        rc = table_op(v, v->domain, &op);
    return rc == -EAGAIN ? -ERESTART : rc;
}

struct progress {
    guest_ptr next;
    uint32_t left, completed;
};

static int list_run(struct vcpu *v, struct domain *d, struct progress *p)
{
    mmuext_op_t *op = &vcpu_memory(v)->op;

    while (p->left) {
        if (guest_get(op, p->next))
            return -EFAULT;
        int rc = op_do(v, d, op);
        if (rc)
            return rc;
        p->next = gptr_add(p->next, sizeof(*op));
        p->left--;
        p->completed++;
        rc = job_settle(vcpu_job(v), d);
        if (rc || (p->left && p->completed % 8 == 0 && preempt_wanted()))
            return -ERESTART;
    }
    return 0;
}

/* What Linux asks at every context switch: both bases at once, to and from tables that are pinned. False:
 * it is something else, and nothing has been done. */
static bool pair_run(struct vcpu *v, guest_ptr ops)
{
    mmuext_op_t op[2];

    if (guest_read(op, ops, sizeof(op)))
        return false;
    if (op[0].cmd != MMUEXT_NEW_BASEPTR || op[1].cmd != MMUEXT_NEW_USER_BASEPTR)
        return false;
    lock_take(&v->domain->mm_lock);
    bool done = bases_switch(v, MFN(op[0].arg1.mfn), MFN(op[1].arg1.mfn));
    lock_drop(&v->domain->mm_lock);
    return done;
}

long hc_mmuext_op(struct vcpu *v, guest_ptr ops, uint32_t count, guest_ptr done, uint32_t whose)
{
    struct progress p = {.next = ops, .left = count & ~MMU_UPDATE_PREEMPTED};
    struct domain *d;
    int rc = 0;

    if (count == 2 && whose == DOMID_SELF && !done.va && vcpu_job(v)->state == JOB_IDLE && pair_run(v, ops))
        return 0;
    if (likely(whose == DOMID_SELF))
        d = v->domain;
    else
        rc = foreign_tables(v, whose, &d);

    if (rc)
        return rc;
    rc = job_settle(vcpu_job(v), d);
    if (rc)
        return rc;
    if (unlikely(count & MMU_UPDATE_PREEMPTED && done.va && guest_get(&p.completed, done)))
        return -EFAULT;
    rc = list_run(v, d, &p);
    if (rc == -EAGAIN)
        rc = d == v->domain ? -ERESTART : -EBUSY;
    if (done.va && guest_put(done, &p.completed))
        rc = -EFAULT;
    if (rc == -ERESTART) {
        restart_arg(v, 0, p.next.va);
        restart_arg(v, 1, p.left | MMU_UPDATE_PREEMPTED);
    }
    return rc;
}
