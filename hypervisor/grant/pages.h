/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What grant tables ask of memory management, in one place.
 *
 * References: a pin holds its own (pages_hold); an entry written by pages_map holds those of any
 * page-table entry besides, so a guest that overwrites a granted entry drops only what the entry
 * held.
 */
#ifndef GRANT_PAGES_H
#define GRANT_PAGES_H

#include "domain/domain.h"

/* References to RAM that `owner` owns, with its writable use if `write`. 0, -EINVAL. */
int pages_hold(struct domain *owner, mfn_t frame, bool write) must_check;
void pages_drop(struct domain *owner, mfn_t frame, bool write);

/* Makes a page of ours one that d may map writable, and back: frees it once nobody maps it. */
int pages_share(struct domain *d, mfn_t frame) must_check;
void pages_unshare(struct domain *d, mfn_t frame);

/*
 * Writes a level-1 entry of v's domain so that it maps `frame` of `owner`. flags: GNTMAP_readonly,
 * GNTMAP_contains_pte (host_addr is the machine address of the entry, else a virtual address), the
 * guest's own bits from 16 up. -EINVAL: no such entry, or it may not be written.
 */
int pages_map(struct vcpu *v, uint64_t host_addr, uint32_t flags, mfn_t frame,
              struct domain *owner) must_check;

/* Clears the entry if it maps `frame` as flags say; -EINVAL if not. The caller flushes. */
int pages_unmap(struct vcpu *v, uint64_t host_addr, uint32_t flags, mfn_t frame) must_check;

#endif
