/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spans as stacks: who ran, the outermost span, the spans in it. A record of a span comes when the span ends,
 * so those within it come before it; the tree is made of one CPU's spans from the last to the first.
 */
#ifndef VTRACE_STACKS_H
#define VTRACE_STACKS_H

#include "trace/vtrace/export/export.h"

struct node {
    const char *label;
    struct node *parent, *child, *sibling; /* children in the order of their labels once stacks_end() ran */
    int64_t self;                          /* ticks in this span and in none within it */
    uint64_t count;
};

struct stacks;
struct stacks *stacks_new(const struct trace *t);
void stacks_add(struct stacks *s, const struct record *r); /* in the order of time; instants are passed over */
struct node *stacks_end(struct stacks *s);                 /* the root, without a label */
void stacks_free(struct stacks *s);

/* Ticks in a node and all below it, none counted negative. */
uint64_t node_total(const struct node *n);
uint64_t node_self(const struct node *n);

#endif
