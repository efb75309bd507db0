/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One operation on mm/ and on the model, chosen by a stream of numbers: random ones, or a fuzzer's.
 *
 * After each the answers must agree; ops_compare() compares every frame, and ops_audit() lets mm/ recount
 * itself too.
 */
#ifndef MM_OPS_H
#define MM_OPS_H

#include <stdbool.h>
#include <stdint.h>

struct source {
    uint32_t (*next)(struct source *s); /* the next number; 0 for ever when there are none left */
    uint64_t state[2];
    const uint8_t *data;
    uint64_t left;
    bool is_empty;
};

enum { OP_KINDS = 24 };

struct op_count {
    const char *name;
    uint64_t tried, accepted;
};

extern struct op_count op_counts[OP_KINDS];

void ops_start(void);              /* a fresh machine with two domains */
void ops_step(struct source *s);
void ops_compare(void);
void ops_audit(void);

/* From now on operations come between a hypercall and its restart, from the same vCPU and others, and some
 * hypercalls are never gone on with. The model has no answers there: the audit has to be enough. */
void ops_interleave(struct source *s);
extern bool ops_without_model;

#endif
