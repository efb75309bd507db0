/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may name whom, and the entries that grants put into tables. */
#include "mm/foreign.h"
#include "mm/domain_memory.h"
#include "mm/walk.h"

int foreign_domain(struct vcpu *v, uint32_t whose, struct domain **d)
{
    *d = v->domain;
    if (whose == DOMID_SELF || whose == v->domain->id)
        return 0;
    if (!v->domain->is_privileged)
        return -EPERM;
    *d = whose < DOMID_FIRST_RESERVED ? domain_by_id(whose) : NULL;
    return *d && (*d)->state != DOMAIN_DYING ? 0 : -ESRCH;
}

int foreign_tables(struct vcpu *v, uint32_t whose, struct domain **d)
{
    *d = v->domain;
    return whose == v->domain->id ? -ESRCH : foreign_domain(v, whose, d);
}

int foreign_owner(struct vcpu *v, uint32_t whose, domid_t *owner)
{
    struct domain *d;

    if (whose == DOMID_IO || (whose == DOMID_XEN && v->domain->is_privileged)) {
        *owner = whose;
        return 0;
    }
    int rc = foreign_tables(v, whose, &d);
    *owner = d ? d->id : DOMID_INVALID;
    return rc;
}

/* An entry of a table, if that is a valid level-1 table of d. Under d->mm_lock. */
static inline uint64_t *l1_entry(struct domain *d, mfn_t m, unsigned slot)
{
    if (slot >= TABLE_ENTRIES || !frame_is_of(d, m) ||
        !type_is(frame_of(m), USE_L1))
        return NULL;
    return (uint64_t *)frame_data(m) + slot;
}

/* The entry at a place, if it is one of a validated level-1 table of d. Under d->mm_lock. */
static uint64_t *place_find(struct vcpu *v, struct entry_place where)
{
    if (where.is_va)
        return walk_l1(v->kernel_l4, where.address);
    if (where.address % 8)
        return NULL;
    return l1_entry(v->domain, MFN(where.address >> PAGE_SHIFT), where.address % PAGE_SIZE / 8);
}

int mm_map_foreign(struct vcpu *v, struct entry_place where, uint64_t entry, domid_t owner)
{
    struct domain *d = v->domain;
    int rc = -EINVAL;

    lock_take(&d->mm_lock);
    uint64_t *pte = place_find(v, where);
    if (pte && entry & PTE_P && frame_is_ram(pte_mfn(entry)))
        rc = l1_write(d, owner, pte, pte_read(pte), entry, PTE_PLAIN);
    lock_drop(&d->mm_lock);
    return rc;
}

int mm_unmap_foreign(struct vcpu *v, struct entry_place where, mfn_t m, bool writable)
{
    struct domain *d = v->domain;
    int rc = -EINVAL;

    lock_take(&d->mm_lock);
    uint64_t *pte = place_find(v, where);
    uint64_t old = pte ? pte_read(pte) : 0;
    if (old & PTE_P && mfn_eq(pte_mfn(old), m) && !!(old & PTE_RW) == writable)
        rc = l1_write(d, d->id, pte, old, 0, PTE_PLAIN);
    lock_drop(&d->mm_lock);
    return rc;
}

int mm_ptwr(struct vcpu *v, mfn_t table, unsigned slot, uint64_t old, uint64_t new)
{
    struct domain *d = v->domain;

    /* The guest may be at it between two pieces of its own job; it goes on when the table is whole. */
    if (job_settle(vcpu_job(v), d))
        return -EAGAIN;
    lock_take(&d->mm_lock);
    uint64_t *pte = l1_entry(d, table, slot);
    int rc = pte ? l1_write(d, d->id, pte, old, new, PTE_EXACT) : -EAGAIN;
    lock_drop(&d->mm_lock);
    return rc;
}

/* The CPU can only add A and D meanwhile, so three times are enough. */
static inline int store_try(struct domain *d, uint64_t *pte, uint64_t keep, uint64_t put, uint64_t *old)
{
    int rc = -EAGAIN;

    for (unsigned tries = 0; rc == -EAGAIN && tries < 3; tries++) {
        *old = pte_read(pte);
        uint64_t new = (*old & keep) | put;
        rc = new == *old ? 0 : l1_write(d, d->id, pte, *old, new, PTE_EXACT);
    }
    return rc;
}

int mm_store(struct vcpu *v, uint64_t va, uint64_t keep, uint64_t put, uint64_t *old)
{
    struct domain *d = v->domain;
    int rc = -ENOENT;

    if (unlikely(vcpu_job(v)->state != JOB_IDLE) && job_settle(vcpu_job(v), d))
        return -EAGAIN; /* as mm_ptwr() */
    lock_take(&d->mm_lock);
    const uint64_t *shown = walk_l1(v->kernel_l4, va);
    uint64_t e = shown ? pte_read(shown) : 0;
    if (e & PTE_P) {
        uint64_t *pte = l1_entry(d, pte_mfn(e), va % PAGE_SIZE / 8);

        if (pte)
            rc = store_try(d, pte, keep, put, old);
    }
    lock_drop(&d->mm_lock);
    return rc;
}
