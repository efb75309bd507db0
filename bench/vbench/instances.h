/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Throughput of several instances of a server at the same time: Figures 4 and 5 of the paper, its numbers and
 * ours (results/figure4.json and figure5.json, which bench/instances prints).
 */
#ifndef BENCH_VBENCH_INSTANCES_H
#define BENCH_VBENCH_INSTANCES_H

#include <jansson.h>
#include <stdbool.h>

enum instances_work { WORK_WEB, WORK_DB_IR, WORK_DB_OLTP, WORKS };

/* How many instances; DIFF is eight with weights 8 to 1. */
enum instances_case { CASE_1, CASE_2, CASE_4, CASE_8, CASE_16, CASE_DIFF, CASES };

enum instances_system { PAST_LINUX, PAST_XEN, NOW_NATIVE, NOW_VANTAGE, NOW_XEN, INSTANCES_SYSTEMS };

enum { INSTANCES_MAX = 16 };

/* The throughput of each instance, in any unit; n = 0: not measured. */
struct bar {
    unsigned n;
    double part[INSTANCES_MAX];
};

struct instances {
    struct bar bar[WORKS][CASES][INSTANCES_SYSTEMS];
    char *commit[WORKS]; /* of the tree that was measured, or NULL */
};

/* Takes a document of bench/instances for this figure; -EINVAL, and `all` as it was, if it is none. */
int instances_take(struct instances *all, unsigned figure, json_t *root);

/* Takes the paper's numbers of this figure; after ours. */
void instances_take_paper(struct instances *all, unsigned figure, json_t *root);

void instances_free(struct instances *all);

const char *case_name(enum instances_case which);

/* NAN for what was not measured. */
double bar_total(const struct bar *b);

/* The unit in which a total is shown, as in the paper. Figure 4: one instance on native Linux, the paper's or
 * ours. Figure 5: one instance on the same system. */
double instances_unit(const struct instances *all, enum instances_work work, enum instances_system system);

/* Jain's fairness index: 1 when all parts are equal, 1/n when one has everything. */
double bar_fairness(const struct bar *b);

/* What the i-th of n domains with weights n to 1 should have of the whole. */
double weight_share(unsigned i, unsigned n);

/* The largest relative difference of a part from its weight's share. */
double bar_weight_error(const struct bar *b);

#endif
