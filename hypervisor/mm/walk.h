/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking addresses up in a guest's tables. */
#ifndef MM_WALK_H
#define MM_WALK_H

#include "mm/entry.h"

/* Where the level-1 entry of va is, in the tables under l4, or NULL. Never faults, whatever the tables
 * hold; stable while mm_lock is held. */
uint64_t *walk_l1(mfn_t l4, uint64_t va);

#endif
