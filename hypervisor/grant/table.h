/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of grant/ share and nobody else sees. */
#ifndef GRANT_TABLE_H
#define GRANT_TABLE_H

#include "grant/grant.h"
#include <xen/grant_table.h>

/* An entry in use. Each pin is one mapping or one copy; there are fewer of both than 2^32. */
struct active {
    uint32_t readers, writers;
    uint64_t frame : 48;
    uint64_t user : 16; /* whose pins these are */
};

enum {
    MAPPING_BUSY = 1 << 15, /* in struct mapping.flags: one vCPU is at it */
    MAPPING_PARTS = GNTMAP_host_map | GNTMAP_device_map,
};

/* A mapping of somebody else's frame; the index is the handle. */
struct mapping {
    uint32_t ref; /* free: the next free handle */
    domid_t owner;
    uint16_t flags; /* the parts that are left, readonly, contains_pte; 0: free or being made */
} __attribute__((aligned(8))); /* one in use changes by one store or compare-and-swap (map.c) */

#define ACTIVE_PER_PAGE (PAGE_SIZE / sizeof(struct active))

#define HANDLES_PER_PAGE (PAGE_SIZE / sizeof(struct mapping))
#define HANDLE_NONE      (~0u)

/* d->grants; contents under d->io_lock; what the counts cover stays where it is. */
struct grants {
    unsigned frame_count, handle_count; /* rise under the lock, are read without */
    unsigned frame_limit, handle_limit;
    unsigned pinned; /* active entries with pins */
    uint32_t free_handle;
    uint32_t release_next; /* where grant_domain_release goes on */
    grant_entry_v1_t *shared[GRANT_FRAMES_MAX];
    struct active *active[GRANT_FRAMES_MAX * GRANTS_PER_FRAME / ACTIVE_PER_PAGE]; /* NULL: none was ever in use */
    struct mapping *mappings[GRANT_HANDLES_MAX / HANDLES_PER_PAGE];
};

static inline struct grants *grants_of(const struct domain *d)
{
    return d->grants;
}

/*
 * Uses grant `ref` of `owner` on behalf of domain `user`: marks the entry, takes references and
 * tells the frame. GNTST_okay, or the reason why not.
 */
int grant_pin(struct domain *owner, uint32_t ref, domid_t user, bool write,
              mfn_t *frame) must_check;
void grant_unpin(struct domain *owner, uint32_t ref, bool write);

/* The frame of a grant that the caller has a pin of: it stays the same, so no lock is needed. */
mfn_t grant_pinned_frame(struct domain *owner, uint32_t ref);

/* Calls `see` for every pinned entry of d. All domains are still. */
void grant_each_pinned(struct domain *d, void (*see)(mfn_t frame, unsigned pins));

/* Handles. Taken: reserved, flags 0, until the mapping is published. */
uint32_t handle_take(struct domain *d);
void handle_free(struct domain *d, uint32_t handle);

/* handle < handle_count */
static inline struct mapping *mapping_at(struct domain *d, uint32_t handle)
{
    return &grants_of(d)->mappings[handle / HANDLES_PER_PAGE][handle % HANDLES_PER_PAGE];
}

/* map.c */
struct unmap_batch {
    unsigned count;
    struct {
        struct domain *owner;
        uint32_t ref;
        bool write;
    } done[GRANT_UNMAP_BATCH];
};

void grant_map(struct vcpu *v, struct gnttab_map_grant_ref *op);
void grant_unmap(struct vcpu *v, struct gnttab_unmap_grant_ref *op, struct unmap_batch *b);

/* Flushes, then lets go of what the batch, which is not empty, unmapped. [grant.flushed] */
void unmap_finish(struct domain *d, struct unmap_batch *b);

/* copy.c */
void grant_copy(struct vcpu *v, struct gnttab_copy *op);

#endif
