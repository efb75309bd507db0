/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What several instances of a server get done at the same time: Figures 4 and 5 of the paper, its numbers and ours
 * (results/figure4.json, figure5.json, which bench/instances prints).
 */
#ifndef BENCH_VBENCH_INSTANCES_H
#define BENCH_VBENCH_INSTANCES_H

#include <jansson.h>
#include <stdbool.h>

enum instances_work { WORK_WEB, WORK_DB_IR, WORK_DB_OLTP, WORKS };

/* How many at once; DIFF is eight with weights 8 to 1. */
enum instances_case { CASE_1, CASE_2, CASE_4, CASE_8, CASE_16, CASE_DIFF, CASES };

enum instances_system { PAST_LINUX, PAST_XEN, NOW_NATIVE, NOW_VANTAGE, NOW_XEN, INSTANCES_SYSTEMS };

enum { INSTANCES_MAX = 16 };

/* What each instance did, in any unit; n = 0: not measured. */
struct bar {
    unsigned n;
    double part[INSTANCES_MAX];
};

struct instances {
    struct bar bar[WORKS][CASES][INSTANCES_SYSTEMS];
    char *commit[WORKS]; /* of the tree that was measured, or NULL */
};

/* Takes a document of bench/instances for this figure; -EINVAL, and nothing of it, where it is none. */
int instances_take(struct instances *all, unsigned figure, json_t *root);

/* Takes the paper's numbers of this figure; after ours. */
void instances_take_paper(struct instances *all, unsigned figure, json_t *root);

void instances_free(struct instances *all);

const char *case_name(enum instances_case which);

/* NAN for what was not measured. */
double bar_total(const struct bar *b);

/* What a total is shown in units of, as in the paper: Figure 4's is what one instance does on Linux, then or now;
 * Figure 5's what one does on the same system. */
double instances_unit(const struct instances *all, enum instances_work work, enum instances_system system);

/* Jain's index: 1 when all parts are the same, 1/n when one has all. */
double bar_fairness(const struct bar *b);

/* What the i-th of n domains with weights n to 1 should have of the whole. */
double weight_share(unsigned i, unsigned n);

/* The largest relative difference of a part from its weight's share. */
double bar_weight_error(const struct bar *b);

#endif
