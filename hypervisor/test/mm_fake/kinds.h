/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of operation, one function each. It ends in agree() (choose.h); `op` is its row in ops.c. */
#ifndef MM_KINDS_H
#define MM_KINDS_H

#include "ops.h"

/* tables.c */
void op_update(struct source *s, unsigned op);
void op_batch(struct source *s, unsigned op);
void op_foreign_map(struct source *s, unsigned op);
void op_foreign_table(struct source *s, unsigned op);
void op_va(struct source *s, unsigned op);
void op_live_write(struct source *s, unsigned op);
void op_pin(struct source *s, unsigned op);
void op_foreign_pin(struct source *s, unsigned op);
void op_unpin(struct source *s, unsigned op);
void op_base(struct source *s, unsigned op);
void op_base_pair(struct source *s, unsigned op);
void op_store(struct source *s, unsigned op);
void op_accessed(struct source *s, unsigned op);
void op_m2p(struct source *s, unsigned op);
bool model_request(int d, int owner, const mmu_update_t *r); /* what the model says of one entry */

/* pages.c */
void op_populate(struct source *s, unsigned op);
void op_decrease(struct source *s, unsigned op);
void op_exchange(struct source *s, unsigned op);
void op_hold(struct source *s, unsigned op);
void op_let_go(struct source *s, unsigned op);
void op_descriptor(struct source *s, unsigned op);
void op_grant_map(struct source *s, unsigned op);
void op_page(struct source *s, unsigned op);
void held_start(void);  /* nothing is held */
void held_drop(int d);  /* a domain lets go of all it holds */
void count_held(void);  /* for the audit */

#endif
