/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmu_update: a list of writes to page tables, by machine address.
 *
 * Requests are copied in a batch at a time and carried out one by one; the first refusal ends the list.
 * The lock is held over a batch. Between batches, and for a promotion or demotion, it is dropped.
 *
 * Not here: what an entry may be (entry.c), tables coming and going (promote.c).
 */
#include "hypercalls.h"
#include "mm/domain_memory.h"
#include "mm/entry.h"
#include "mm/foreign.h"
#include "trace/trace.h"

struct update {
    struct vcpu *v;
    struct domain *d;  /* whose tables */
    domid_t owner;     /* whose frames */
    mfn_t l1;          /* table the last request wrote to, known to be a valid level-1 table of d */
    guest_ptr next;    /* request to read next */
    uint32_t left;     /* requests from there on */
    uint32_t completed;
};

/* Two domains in one word: low half whose frames, high half 1 + whose tables, 0 the caller's. */
static int update_decode(struct update *u, uint32_t whose)
{
    uint32_t tables = whose >> 16;

    u->d = u->v->domain;
    u->owner = u->d->id;
    if (likely(whose == DOMID_SELF))
        return 0;
    if (tables) {
        int rc = foreign_domain(u->v, tables - 1, &u->d);
        if (rc)
            return rc;
    }
    return foreign_owner(u->v, whose & 0xffff, &u->owner);
}

/* A reference and a count for the new entry first, then the store, then the old one's. */
static int upper_write(struct update *u, enum frame_use level, uint64_t *table, unsigned slot,
                       uint64_t new, enum pte_mode mode)
{
    struct job *j = vcpu_job(u->v);
    uint64_t old = pte_read(&table[slot]);
    bool same = new & old & PTE_P && !((new ^ old) & PTE_ADDR);
    int rc;

    if (is_hole_slot(level, slot) || u->owner != u->d->id)
        return -EINVAL;
    if (new & PTE_P && (rc = upper_check(level, &new)))
        return rc;
    if (!same) {
        mfn_t child = new & PTE_P ? pte_mfn(new) : MFN_NONE;

        rc = job_ready(j, u->d, child, level - 1);
        if (!rc && new & PTE_P)
            rc = table_get(j, u->d, child, level - 1);
        if (rc)
            return rc;
    }
    if (mode == PTE_KEEP_AD && old & PTE_P)
        new |= old & (PTE_A | PTE_D);
    pte_set(&table[slot], new);
    if (old & PTE_P) {
        tlb_flush(u->d->dirty_cpus); /* the CPUs cache upper entries too */
        if (!same)
            table_put(j, u->d, pte_mfn(old));
    }
    return 0;
}

/* One that waits for a promotion comes again and is recorded then. */
static int upper_write_traced(struct update *u, enum frame_use level, uint64_t *table,
                              unsigned slot, uint64_t new, enum pte_mode mode)
{
    uint64_t old = pte_read(&table[slot]);
    int rc = upper_write(u, level, table, slot, new, mode);

    if (rc != -EINPROGRESS)
        trace_pte_write((uint64_t)&table[slot] - DIRECT_VA, old, new, rc, u->d->id, level);
    return rc;
}

/* Ordinary memory of d: the caller's word, as if through a writable mapping. */
static int plain_write(struct update *u, struct frame *f, uint64_t *at, uint64_t value)
{
    int rc = writable_get(f, u->d);

    if (rc)
        return rc;
    pte_set(at, value);
    writable_put(f);
    return 0;
}

static int other_write(struct update *u, mfn_t m, unsigned slot, uint64_t value, enum pte_mode mode)
{
    uint64_t *table = frame_data(m);
    struct frame *f = frame_of(m);

    if (!frame_is_of(u->d, m))
        return -EINVAL;
    uint64_t use = frame_use(f);
    if (use & USE_LOCKED)
        return -EAGAIN;
    if (!(use & COUNT_MASK) || use_kind(use) == USE_WRITABLE)
        return plain_write(u, f, &table[slot], value);
    if (use_kind(use) == USE_SEG || slot >= TABLE_ENTRIES)
        return -EINVAL;
    if (use_kind(use) != USE_L1)
        return upper_write_traced(u, use_kind(use), table, slot, value, mode);
    u->l1 = m;
    return l1_write(u->d, u->owner, &table[slot], pte_read(&table[slot]), value, mode);
}

static inline int table_write(struct update *u, uint64_t address, uint64_t value, enum pte_mode mode)
{
    mfn_t m = MFN(address >> PAGE_SHIFT);
    unsigned slot = address % PAGE_SIZE / 8;

    if (likely(mfn_eq(m, u->l1) && slot < TABLE_ENTRIES)) {
        uint64_t *pte = (uint64_t *)frame_data(m) + slot;

        return l1_write(u->d, u->owner, pte, pte_read(pte), value, mode);
    }
    u->l1 = MFN_NONE;
    return other_write(u, m, slot, value, mode);
}

static int m2p_update(struct update *u, mfn_t m, uint64_t pfn)
{
    if (u->owner >= DOMID_FIRST_RESERVED || !frame_exists(m) ||
        frame_owner(frame_of(m)) != u->owner)
        return -EINVAL;
    m2p_set(m, pfn);
    return 0;
}

static inline int request_do(struct update *u, const mmu_update_t *r)
{
    uint64_t address = r->ptr & ~7ull;

    switch (r->ptr & 7) {
    case MMU_NORMAL_PT_UPDATE:
    case MMU_PT_UPDATE_NO_TRANSLATE:
        return table_write(u, address, r->val, PTE_PLAIN);
    case MMU_PT_UPDATE_PRESERVE_AD:
        return table_write(u, address, r->val, PTE_KEEP_AD);
    case MMU_MACHPHYS_UPDATE:
        return m2p_update(u, MFN(address >> PAGE_SHIFT), r->val);
    default:
        return -ENOSYS;
    }
}

/* Of requests[0..count) as many as change protections in the first one's table, and nothing else. */
static inline __attribute__((always_inline)) uint32_t reprotect(struct domain *d, const mmu_update_t *requests,
                                                               uint32_t count, bool is_recorded)
{
    const uint64_t table = ROUND_DOWN(requests->ptr, PAGE_SIZE) | MMU_PT_UPDATE_PRESERVE_AD;
    const mfn_t m = MFN(table >> PAGE_SHIFT);
    uint8_t *const data = frame_data(m);
    const domid_t id = d->id;
    const mmu_update_t *r = requests, *end = requests + count;
    uint64_t old;

    if (!frame_is_of(d, m) || !type_is(frame_of(m), USE_L1))
        return 0;
    for (; r < end; r++) {
        uint64_t offset = r->ptr ^ table;

        if (offset & ~(TABLE_ENTRIES * 8ull - 8) ||
            !l1_reprotect(id, (uint64_t *)(data + offset), r->val, &old))
            break;
        if (is_recorded)
            trace_pte_write(r->ptr ^ MMU_PT_UPDATE_PRESERVE_AD, old, r->val, 0, id, USE_L1);
    }
    return r - requests;
}

/* Apart, so that the loop has all registers, and one for records, so that the other does not ask for each entry. */
static __attribute__((noinline)) uint32_t reprotect_quietly(struct domain *d, const mmu_update_t *requests,
                                                            uint32_t count)
{
    return reprotect(d, requests, count, false);
}

static __attribute__((noinline)) uint32_t reprotect_recorded(struct domain *d, const mmu_update_t *requests,
                                                             uint32_t count)
{
    return reprotect(d, requests, count, true);
}

static inline bool may_reprotect(const struct update *u, const mmu_update_t *request)
{
    return (request->ptr & 7) == MMU_PT_UPDATE_PRESERVE_AD && u->owner == u->d->id;
}

/* Carries out requests[0..count) until one is refused or needs the job. */
static int batch_do(struct update *u, const mmu_update_t *requests, uint32_t count, uint32_t *done)
{
    struct job *j = vcpu_job(u->v);
    uint32_t i;
    int rc = 0;

    u->l1 = MFN_NONE;
    lock_take(&u->d->mm_lock);
    for (i = 0; i < count && !rc; i++) {
        if (may_reprotect(u, &requests[i])) {
            i += trace_wants(pte_write) ? reprotect_recorded(u->d, &requests[i], count - i)
                                        : reprotect_quietly(u->d, &requests[i], count - i);
            if (i == count)
                break;
        }
        rc = request_do(u, &requests[i]);
        if (!rc && unlikely(j->state == JOB_RUNNING))
            rc = 1; /* done, but left work behind */
    }
    lock_drop(&u->d->mm_lock);
    *done = rc < 0 ? i - 1 : i;
    return rc < 0 ? rc : 0;
}

/* As batch_do, jobs included. */
static int batch_run(struct update *u, const mmu_update_t *requests, uint32_t count)
{
    int rc = 0;

    for (uint32_t at = 0, done; at < count; at += done) {
        rc = batch_do(u, &requests[at], count - at, &done);
        u->completed += done;
        u->next = gptr_add(u->next, done * sizeof(*requests));
        u->left -= done;
        if (rc && rc != -EINPROGRESS)
            break;
        rc = job_settle(vcpu_job(u->v), u->d);
        if (rc)
            break;
    }
    return rc;
}

/* Reads the next batch; one request at a time near memory that cannot be read, so that what can be is
 * carried out. */
static int batch_read(struct update *u, mmu_update_t *requests, uint32_t *count)
{
    *count = MIN(u->left, BATCH);
    if (likely(!guest_read(requests, u->next, *count * sizeof(*requests))))
        return 0;
    *count = 1;
    return guest_read(requests, u->next, sizeof(*requests));
}

static int list_run(struct update *u)
{
    mmu_update_t *requests = vcpu_memory(u->v)->requests;
    uint32_t count;

    while (u->left) {
        int rc = batch_read(u, requests, &count);

        if (!rc)
            rc = batch_run(u, requests, count);
        if (rc)
            return rc;
        if (u->left && preempt_wanted())
            return -ERESTART;
    }
    return 0;
}

_Static_assert(sizeof(mmu_update_t) == 16, "guest_read_pair()");

/* One plain request for a level-1 table of the caller's own, which is most of what guests ask. 1: it is
 * something else, and nothing has been done. */
static inline int single_run(struct vcpu *v, guest_ptr request)
{
    struct domain *d = v->domain;
    mmu_update_t *r = vcpu_memory(v)->requests;
    int rc = 1;

    if (unlikely(guest_read_pair(r, request)))
        return -EFAULT;
    mfn_t m = MFN(r->ptr >> PAGE_SHIFT);
    unsigned slot = r->ptr % PAGE_SIZE / 8;
    if (unlikely(r->ptr & 5 || slot >= TABLE_ENTRIES || !frame_exists(m)))
        return 1; /* neither MMU_NORMAL_PT_UPDATE nor MMU_PT_UPDATE_PRESERVE_AD */
    struct frame *f = frame_of(m);
    lock_take(&d->mm_lock);
    if (likely(frame_owner(f) == d->id && type_is(f, USE_L1))) {
        uint64_t *pte = (uint64_t *)frame_data(m) + slot;

        rc = l1_write(d, d->id, pte, pte_read(pte), r->val, r->ptr & 2 ? PTE_KEEP_AD : PTE_PLAIN);
    }
    lock_drop(&d->mm_lock);
    return rc;
}

long hc_mmu_update(struct vcpu *v, guest_ptr requests, uint32_t count, guest_ptr done, uint32_t whose)
{
    int rc;

    if (likely(count == 1 && whose == DOMID_SELF && !done.va &&
               vcpu_job(v)->state == JOB_IDLE) &&
        (rc = single_run(v, requests)) <= 0)
        return rc;
    struct update u = {.v = v, .next = requests, .left = count & ~MMU_UPDATE_PREEMPTED};
    rc = update_decode(&u, whose);
    if (rc)
        return rc;
    rc = job_settle(vcpu_job(v), u.d);
    if (rc)
        return rc;
    if (unlikely(count & MMU_UPDATE_PREEMPTED && done.va && guest_get(&u.completed, done)))
        return -EFAULT;
    rc = list_run(&u);
    if (rc == -EAGAIN) /* another vCPU has the table; a foreign one may not run */
        rc = u.d == v->domain ? -ERESTART : -EBUSY;
    trace_mmu_batch(u.left, u.completed, rc, u.d->id);
    if (done.va && guest_put(done, &u.completed))
        rc = -EFAULT;
    if (rc == -ERESTART) {
        restart_arg(v, 0, u.next.va);
        restart_arg(v, 1, u.left | MMU_UPDATE_PREEMPTED);
    }
    return rc;
}
