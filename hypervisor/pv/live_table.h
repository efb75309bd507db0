/* SPDX-License-Identifier: BSD-2-Clause */
/* What live_write.c needs of mm/: the entry behind a guest's store, and its change. */
#ifndef PV_LIVE_TABLE_H
#define PV_LIVE_TABLE_H

#include "domain/domain.h"

/* Does va, in the kernel tables of v, show a level-1 table of its domain? Then which table, slot
 * and present content. 0, -ENOENT. */
int mm_l1e_of(const struct vcpu *v, uint64_t va, mfn_t *table, unsigned *slot,
              uint64_t *entry) must_check;

/* Replaces that content by `new` if it is still `old`. 0; -EAGAIN when it is not; else the entry is
 * refused. */
int mm_ptwr(struct vcpu *v, mfn_t table, unsigned slot, uint64_t old, uint64_t new) must_check;

#endif
