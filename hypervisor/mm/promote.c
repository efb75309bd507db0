/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Promotion of frames to page tables and demotion, as a resumable job with an explicit stack.
 *
 * A level of the stack is one LOCKED table: entries [0, slot) hold what entries hold. Taking entries may
 * push the table below; so may dropping them. Levels strictly descend (a table refers only to tables one
 * level down), so four are enough.
 *
 *     taking:  slot ──► end    VALID, pop; the parent goes on behind its entry
 *                  └─ refused: turn round
 *     undoing: slot ──► 0      emptied, pop; a taking parent turns round too
 *
 * [job.undo]     a refused promotion drops in reverse exactly what it took
 * [job.backed]   every table on the stack is referenced: the root by the job, the others for their parent
 * [job.wait]     a job that meets another's LOCKED table waits, and only for a lower level; no cycle
 *
 * Not here: who wants a table (mmu_update.c, mmuext.c, base.c).
 */
#include "mm/promote.h"
#include "lib/string.h"
#include "mm/domain_memory.h"
#include "mm/entry.h"
#include "trace/trace.h"

void job_init(struct job *j)
{
    *j = (struct job){.state = JOB_IDLE, .root = MFN_NONE};
    list_init(&j->link);
}

static void push(struct job *j, mfn_t m, enum frame_use use, bool is_undo)
{
    BUG_ON(j->depth == ARRAY_SIZE(j->level)); /* levels strictly descend */
    j->level[j->depth++] = (struct job_level){
        .table = m, .use = use, .is_undo = is_undo, .slot = is_undo ? TABLE_ENTRIES : 0,
        .is_counted = trace_wants_either(promote, demote), .begin = trace_now()};
}

static void start(struct job *j, struct domain *d, mfn_t m, enum frame_use use, bool is_undo)
{
    BUG_ON(j->state != JOB_IDLE || j->depth);
    j->domain = d;
    j->state = JOB_RUNNING;
    j->rc = 0;
    j->root = is_undo ? MFN_NONE : m;
    j->use = use;
    push(j, m, use, is_undo);
    list_insert_before(domain_jobs(d), &j->link);
}

static void set_idle(struct job *j)
{
    j->state = JOB_IDLE;
    j->root = MFN_NONE;
    list_remove(&j->link);
}

static void finish(struct job *j)
{
    if (mfn_is_none(j->root))
        set_idle(j);
    else
        j->state = j->rc ? JOB_FAILED : JOB_HELD;
}

/* The table on top is valid; what its parent waited for has happened. */
static void top_validated(struct job *j, struct job_level *top)
{
    if (top->is_counted)
        trace_promote(top->table.n, top->entries, top->use);
    trace_count(TRACE_ROW_validation + top->use, trace_now() - top->begin);
    if (top->use == USE_L4)
        paging_fill_l4(frame_data(top->table));
    type_validated(frame_of(top->table));
    if (--j->depth)
        j->level[j->depth - 1].slot++;
    else
        finish(j);
}

/* From taking to dropping, if it does not already. */
static void turn_round(struct job_level *l)
{
    if (!l->is_undo) {
        l->is_undo = true;
        l->entries = 0;
    }
}

static void top_emptied(struct job *j, struct job_level *top)
{
    struct frame *f = frame_of(top->table);

    if (top->use == USE_L4) /* our addresses are not the guest's to read */
        memset((uint64_t *)frame_data(top->table) + HOLE_FIRST_SLOT, 0,
               (HOLE_LAST_SLOT - HOLE_FIRST_SLOT + 1) * sizeof(uint64_t));
    if (top->is_counted)
        trace_demote(top->table.n, top->entries, top->use);
    type_emptied(f);
    frame_put(f);
    if (--j->depth)
        turn_round(&j->level[j->depth - 1]); /* a taking parent was refused its entry */
    else
        finish(j);
}

static void refuse(struct job *j, struct job_level *top, int rc)
{
    j->rc = rc;
    turn_round(top);
}

static inline void entry_store(uint64_t *pte, uint64_t old, uint64_t new)
{
    if (old != new)
        pte_set(pte, new);
}

/* Most tables are nearly empty: entries are looked at GROUP at a time, and nothing of a group without a
 * present one. */
#define GROUP MIN(8, TABLE_ENTRIES)

static inline bool group_is_empty(const uint64_t *entries)
{
    uint64_t any = 0;

#pragma GCC unroll 8
    for (unsigned i = 0; i < GROUP; i++)
        any |= entries[i];
    return !(any & PTE_P);
}

static inline bool begins_empty_group(const uint64_t *table, unsigned slot)
{
    return slot % GROUP == 0 && group_is_empty(&table[slot]);
}

static inline bool ends_empty_group(const uint64_t *table, unsigned slot)
{
    return slot % GROUP == GROUP - 1 && group_is_empty(&table[slot - (GROUP - 1)]);
}

/* The loops are compiled twice, because only tables that are recorded pay for the counting. */
#define LOOP static inline __attribute__((always_inline))

LOOP void take_l1(struct job *j, struct job_level *top, bool counts)
{
    struct domain *d = j->domain;
    uint64_t *table = frame_data(top->table);

    for (unsigned slot = top->slot; slot < TABLE_ENTRIES; slot++) {
        if (begins_empty_group(table, slot)) {
            slot += GROUP - 1;
            continue;
        }
        uint64_t old = table[slot], e = old;

        if (!(e & PTE_P))
            continue;
        int rc = l1_get(d, d->id, &e);
        if (unlikely(rc)) {
            top->slot = slot;
            refuse(j, top, rc);
            return;
        }
        entry_store(&table[slot], old, e);
        top->entries += counts;
    }
    top->slot = TABLE_ENTRIES;
    top_validated(j, top);
}

LOOP void drop_l1(struct job *j, struct job_level *top, bool counts)
{
    uint64_t *table = frame_data(top->table);

    for (unsigned slot = top->slot; slot--;) {
        if (ends_empty_group(table, slot)) {
            slot -= GROUP - 1;
        } else if (table[slot] & PTE_P) {
            l1_put(j->domain, table[slot]);
            top->entries += counts;
        }
    }
    top_emptied(j, top);
}

/* A reference and a count of a table one level down. TYPE_OK, TYPE_LOCKED (push it), or an error. */
LOOP int child_get(struct domain *d, mfn_t m, enum frame_use use)
{
    struct frame *f = frame_of(m);

    if (!frame_get(f, d->id))
        return -EINVAL;
    if (likely(type_get_more(f, use)))
        return TYPE_OK;
    int rc = type_get(f, use, d);
    if (rc < 0)
        frame_put(f);
    return rc;
}

/* False when the job has to wait for another's. */
LOOP bool take_upper(struct job *j, struct job_level *top, bool counts)
{
    uint64_t *table = frame_data(top->table);

    for (; top->slot < TABLE_ENTRIES; top->slot++) {
        if (begins_empty_group(table, top->slot)) {
            top->slot += GROUP - 1;
            continue;
        }
        uint64_t old = table[top->slot], e = old;

        if (!(e & PTE_P) || is_hole_slot(top->use, top->slot))
            continue;
        int rc = upper_check(top->use, &e);
        if (!rc)
            rc = child_get(j->domain, pte_mfn(e), top->use - 1);
        if (rc == -EAGAIN)
            return false; /* [job.wait] */
        if (rc < 0) {
            refuse(j, top, rc);
            return true;
        }
        entry_store(&table[top->slot], old, e);
        top->entries += counts;
        if (rc == TYPE_LOCKED) {
            push(j, pte_mfn(e), top->use - 1, false);
            return true;
        }
    }
    top_validated(j, top);
    return true;
}

LOOP void drop_upper(struct job *j, struct job_level *top, bool counts)
{
    uint64_t *table = frame_data(top->table);

    while (top->slot) {
        uint64_t e = table[--top->slot];

        if (ends_empty_group(table, top->slot)) {
            top->slot -= GROUP - 1;
            continue;
        }
        if (!(e & PTE_P) || is_hole_slot(top->use, top->slot))
            continue;
        struct frame *child = frame_of(pte_mfn(e));
        top->entries += counts;
        if (!type_put_but_last(child) && type_put(child)) {
            push(j, pte_mfn(e), top->use - 1, true);
            return;
        }
        frame_put(child);
    }
    top_emptied(j, top);
}

LOOP bool step_at(struct job *j, struct job_level *top, bool counts)
{
    if (top->use == USE_L1) {
        if (top->is_undo)
            drop_l1(j, top, counts);
        else
            take_l1(j, top, counts);
        return true;
    }
    if (!top->is_undo)
        return take_upper(j, top, counts);
    drop_upper(j, top, counts);
    return true;
}

/* Apart, so that the other one has the registers. */
static __attribute__((noinline)) bool step_counting(struct job *j, struct job_level *top)
{
    return step_at(j, top, true);
}

/* Works on the top of the stack: at most one table's entries. False when it has to wait. */
static bool step(struct job *j)
{
    struct job_level *top = &j->level[j->depth - 1];

    return unlikely(top->is_counted) ? step_counting(j, top) : step_at(j, top, false);
}

void table_put_other(struct job *j, struct domain *d, mfn_t m)
{
    struct frame *f = frame_of(m);

    if (!type_put(f))
        frame_put(f);
    else
        start(j, d, m, use_kind(frame_use(f)), true);
}

static void discard(struct job *j)
{
    mfn_t m = j->root;
    bool holds = j->state == JOB_HELD;

    set_idle(j);
    if (holds)
        table_put(j, j->domain, m);
}

/* One table's worth of work, or the way down to the next table. False when the job has to wait. */
static bool work_unit(struct job *j)
{
    while (j->state == JOB_RUNNING) {
        unsigned depth = j->depth;

        if (!step(j))
            return false;
        if (j->depth < depth)
            break;
    }
    return true;
}

int job_run(struct job *j, const struct domain *d, bool preemptible)
{
    while (j->state == JOB_RUNNING || (j->state != JOB_IDLE && j->domain != d)) {
        struct lock *lock = &j->domain->mm_lock;
        bool went_on = true;

        lock_take(lock);
        if (j->state == JOB_RUNNING)
            went_on = work_unit(j);
        else if (j->state != JOB_IDLE)
            discard(j);
        lock_drop(lock);
        if (j->state == JOB_RUNNING && preemptible && (preempt_wanted() || !went_on))
            return -ERESTART;
    }
    return 0;
}

int job_ready_other(struct job *j, struct domain *d, mfn_t m, enum frame_use use)
{
    if (j->state != JOB_RUNNING && mfn_eq(j->root, m) && j->use == use)
        return 0;
    if (j->state != JOB_RUNNING)
        discard(j);
    return j->state == JOB_IDLE ? 0 : -EINPROGRESS;
}

int table_get_other(struct job *j, struct domain *d, mfn_t m, enum frame_use use)
{
    if (unlikely(!frame_exists(m)))
        return -EINVAL;
    if (unlikely(j->state != JOB_IDLE)) { /* ours, or job_ready() would have said no */
        int rc = j->rc;

        set_idle(j);
        return rc;
    }
    if (unlikely(d->state == DOMAIN_DYING)) /* jobs_finish() must come to an end */
        return -ESRCH;
    int rc = child_get(d, m, use);
    if (likely(rc == TYPE_OK || rc < 0))
        return rc;
    start(j, d, m, use, false);
    return -EINPROGRESS;
}

int jobs_finish(struct domain *d)
{
    struct list *jobs = domain_jobs(d);

    for (;;) {
        lock_take(&d->mm_lock);
        if (list_is_empty(jobs)) {
            lock_drop(&d->mm_lock);
            return 0;
        }
        struct job *j = container_of(jobs->next, struct job, link);
        if (j->state == JOB_RUNNING)
            step(j);
        else
            discard(j);
        /* A job that waits for another's table: let that one come to the front. */
        if (j->state == JOB_RUNNING) {
            list_remove(&j->link);
            list_insert_before(jobs, &j->link);
        }
        lock_drop(&d->mm_lock);
        if (preempt_wanted())
            return -ERESTART;
    }
}
