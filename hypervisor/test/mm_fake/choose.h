/* SPDX-License-Identifier: BSD-2-Clause */
/* What the operations of ops.c choose from and share: the domains alive, and frames, entries and addresses
 * picked by a stream of numbers. */
#ifndef MM_CHOOSE_H
#define MM_CHOOSE_H

#include "fake.h"
#include "model.h"
#include "ops.h"

/* 0 to 3 device memory, 4 to 11 ours, the rest free at first. Two domains at a time: 0, which owns the
 * devices and may name others, and 1 or 2, which take turns in living. */
#define IO_FRAMES    4
#define OUR_FRAMES   8
#define FIRST_FREE   (IO_FRAMES + OUR_FRAMES)
#define DOMAIN_PAGES 22

extern struct world {
    struct domain *domains[4];
    int other;      /* the living one of 1 and 2 */
    bool is_dead;   /* not even that one lives: it was destroyed between a hypercall and its restart */
    unsigned depth; /* steps within steps */
    int callers[8]; /* the domain that calls, by depth */
} world;

uint32_t pick(struct source *s, uint32_t below);
bool chance(struct source *s, unsigned percent);

int role(int f);     /* the kind a frame is used for by preference, 0: data */
unsigned kind_now(int f);
int frame_with(struct source *s, int d, int wanted_role);
int any_frame(struct source *s, int d);
uint64_t odd_bits(struct source *s);
uint64_t leaf_for(struct source *s, int owner);

/* An entry for a table of a level (or of none: then anything). */
uint64_t entry_for(struct source *s, int d, int owner, int level);

uint64_t some_va(struct source *s);
uint64_t good_va(struct source *s, int d); /* translated as far as level 1, if there is one */

/* Who calls: a vCPU of either domain. The first vCPU alone has base tables. */
struct vcpu *caller(struct source *s, int *id);

/* Counts the answer of operation `op`, and that the model's is the same. The hypervisor answers first: the
 * model's checks look at the flushes there were. */
#define agree(op, real, model)                                                                     \
    do {                                                                                           \
        bool answer = (real);                                                                      \
        op_counts[op].accepted += answer;                                                          \
        if (!ops_without_model)                                                                    \
            compare_answers(op, answer, model);                                                    \
    } while (0)
void compare_answers(unsigned op, bool real, bool model);

#endif
