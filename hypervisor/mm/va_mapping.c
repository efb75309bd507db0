/* SPDX-License-Identifier: BSD-2-Clause */
/* update_va_mapping: one level-1 entry, found by the address it translates. */
#include "hypercalls.h"
#include "mm/domain_memory.h"
#include "mm/flush.h"
#include "mm/foreign.h"
#include "mm/walk.h"

/* [va.gone] A page that is taken away without any flush is flushed on this CPU all the same. Linux does so with
 * the holes below 1 MB and then looks for option ROMs there; what it finds would hang on what the TLB still holds,
 * which is nobody's to say, nor the same in two runs of an emulator. */
static int flush_as_asked(struct vcpu *v, uint64_t va, uint64_t flags, bool is_gone)
{
    uint64_t type = flags & UVMF_FLUSHTYPE_MASK, where = flags & ~UVMF_FLUSHTYPE_MASK;
    uint64_t cpus = cpu_of(v);

    if (type == UVMF_NONE) {
        if (is_gone)
            flush_cpus(v, cpus, &va);
        return 0;
    }
    if (where == UVMF_ALL)
        cpus = v->domain->dirty_cpus;
    else if (where != UVMF_LOCAL && flush_mask_read(v->domain, GPTR(where), &cpus))
        return -EFAULT;
    flush_cpus(v, cpus, type == UVMF_INVLPG ? &va : NULL);
    return 0;
}

static long update(struct vcpu *v, uint64_t va, uint64_t entry, uint64_t flags, domid_t owner)
{
    struct domain *d = v->domain;
    int rc = job_settle(vcpu_job(v), d);

    if (unlikely(rc))
        return rc;
    lock_take(&d->mm_lock);
    uint64_t *pte = walk_l1(v->kernel_l4, va), old = pte ? pte_read(pte) : 0;
    rc = pte ? l1_write(d, owner, pte, old, entry, PTE_PLAIN) : -EINVAL;
    lock_drop(&d->mm_lock);
    if (rc)
        return rc;
    return flush_as_asked(v, va, flags, old & ~entry & PTE_P);
}

long hc_update_va_mapping(struct vcpu *v, uint64_t va, uint64_t entry, uint64_t flags)
{
    return update(v, va, entry, flags, v->domain->id);
}

long hc_update_va_mapping_otherdomain(struct vcpu *v, uint64_t va, uint64_t entry, uint64_t flags,
                                      uint32_t owner)
{
    domid_t id;
    int rc = foreign_owner(v, owner, &id);

    return rc ? rc : update(v, va, entry, flags, id);
}
