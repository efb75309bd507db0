/* SPDX-License-Identifier: BSD-2-Clause */
/* What mm/ keeps for a domain (d->mm) and for a vCPU (v->mm_job), at most a page each. */
#ifndef MM_DOMAIN_MEMORY_H
#define MM_DOMAIN_MEMORY_H

#include "lib/list.h"
#include "mm/promote.h"

enum destroy_phase { DESTROY_BASES, DESTROY_PINS, DESTROY_FRAMES, DESTROY_DONE };

struct domain_memory {
    struct list all; /* every domain there is, for the audit */
    struct domain *domain;
    struct list jobs; /* of any vCPU, on tables of this domain; mm_lock */
    struct job job;   /* for builders and destruction */
    enum destroy_phase phase;
    uint64_t next; /* frame the destruction looks at next */
    unsigned map_entries;
    struct e820entry *map; /* XENMEM_memory_map: MM_MAX_E820, a page, NULL until one is set; only set once */
};

/* Requests are copied in before they are looked at, this many at a time. */
#define BATCH 64

/* In the count of a list that is being gone on with. */
#define MMU_UPDATE_PREEMPTED 0x80000000u

struct vcpu_memory {
    struct job job;
    mmu_update_t requests[BATCH];
    mmuext_op_t op;
};

_Static_assert(sizeof(struct domain_memory) <= PAGE_SIZE, "at most a page");
_Static_assert(sizeof(struct e820entry) * MM_MAX_E820 <= PAGE_SIZE, "at most a page");
_Static_assert(sizeof(struct vcpu_memory) <= PAGE_SIZE, "at most a page");

/* Frames of ours become d's if it may have them. 0, -ENOMEM. */
int domain_give(struct domain *d, mfn_t first, unsigned order) must_check;

static inline struct domain_memory *domain_memory(const struct domain *d)
{
    return d->mm;
}

static inline struct list *domain_jobs(const struct domain *d)
{
    return &domain_memory(d)->jobs;
}

extern struct list all_domains;
extern struct lock all_domains_lock;

static inline struct vcpu_memory *vcpu_memory(const struct vcpu *v)
{
    return v->mm_job;
}

static inline struct job *vcpu_job(const struct vcpu *v)
{
    return &vcpu_memory(v)->job;
}

/* No CPU has a translation of a frame that was taken from d. */
static inline void domain_flush(const struct domain *d)
{
    tlb_flush(__atomic_load_n(&d->dirty_cpus, __ATOMIC_SEQ_CST));
    tlb_flush_here();
}

#endif
