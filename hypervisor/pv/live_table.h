/* SPDX-License-Identifier: BSD-2-Clause */
/* What live_write.c needs of mm/: the entry behind a guest's store, and its change. */
#ifndef PV_LIVE_TABLE_H
#define PV_LIVE_TABLE_H

#include "domain/domain.h"

/* When va, by v's kernel tables, lies in a validated level-1 table of v's domain: the table, the slot that
 * holds the byte at va, and the entry there. */
bool mm_l1e_of(struct vcpu *v, uint64_t va, mfn_t *table, unsigned *slot, uint64_t *entry);

/* Changes that entry from `old` to `new` with everything it takes. 0; -EAGAIN when it does not hold `old` any
 * more; else why the new entry is refused. */
int mm_ptwr(struct vcpu *v, mfn_t table, unsigned slot, uint64_t old, uint64_t new) must_check;

#endif
