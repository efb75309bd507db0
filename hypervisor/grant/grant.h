/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grant tables, version 1: what a domain lets others map and copy, and what it maps of others.
 */
#ifndef GRANT_GRANT_H
#define GRANT_GRANT_H

#include "domain/domain.h"

/* --- Limits --- */

#define GRANT_FRAMES_MAX  64 /* frames of shared entries in a domain's table */
#define GRANTS_PER_FRAME  512
#define GRANT_HANDLES_MAX 65536 /* mappings of others a domain can hold */
#define GRANT_CLAIM_TRIES 5     /* swaps of an entry its owner keeps changing */
#define GRANT_UNMAP_BATCH 32    /* unmappings that share one TLB flush */

/* --- A domain's tables (table.c) --- */

/* Makes d->grants: a table of one frame that may grow to `frames`, room for up to `handles` mappings. 0,
 * -EINVAL (beyond the limits), -ENOMEM. */
int grant_domain_init(struct domain *d, unsigned frames, unsigned handles) must_check;

/* The table has at least `frames` frames then. 0, -EINVAL (beyond its limit), -ENOMEM. */
int grant_grow(struct domain *d, unsigned frames) must_check;

/* Lets go of everything a dying domain has mapped; its page tables are gone. 0, -ERESTART: call
 * again. */
int grant_domain_release(struct domain *d) must_check;

/* True when nobody holds a grant of d: only then may its frames and d itself go. */
bool grant_domain_is_idle(const struct domain *d);

/* After both of the above. */
void grant_domain_destroy(struct domain *d);

unsigned grant_frame_count(const struct domain *d);
unsigned grant_frame_limit(const struct domain *d);

/* Frame `index` of d's table, MFN_NONE beyond its end. */
mfn_t grant_frame_mfn(const struct domain *d, unsigned index);

/* The frame that the owner's entry `ref` names now, granted to whomever. It is not held, and perhaps not the
 * owner's. -EINVAL: nothing is granted there. */
int grant_named_frame(struct domain *owner, uint32_t ref, mfn_t *frame) must_check;

/* For mm_audit_source(): reports the frames that pins hold. */
void grant_audit(void);

#endif
