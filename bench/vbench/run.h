/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running columns side by side and filling a result from them.
 */
#ifndef BENCH_VBENCH_RUN_H
#define BENCH_VBENCH_RUN_H

#include "bench/vbench/machine.h"

enum {
    SEEDS_MAX = 5,
    ROUNDS_MAX = 25,
    PASS_FIRST = 1,
    PASS_AGAIN = 2,
    PASS_SEED = 2 /* + seed, or with machine.wall + round */
};

struct run_plan {
    struct machine machine; /* its suite is that of each row */
    bool columns[COLUMNS];
    struct selection rows;
    unsigned jobs;    /* machines at a time */
    unsigned timeout; /* seconds a benchmark, or a boot, may take */
    unsigned silence; /* seconds a console may say nothing */
    bool twice;       /* run each column a second time and compare */
    unsigned seeds;   /* more runs, with seeds 1, 2, ...; at most SEEDS_MAX. With machine.wall: rounds */
    const char *addresses; /* of the events to count on Vantage (bench/plugin), or NULL */
    char *counters;   /* of the host to read for each row, joined by commas, or NULL */
    bool together;    /* all rows in one boot, where one moves another */
};

/* Runs the plan and returns the exit status (enum exit_status). The columns of the result, and of
 * `seeded`, one for each seed (NULL without any), are filled as far as they got, also after Ctrl-C. */
int run_columns(const struct run_plan *plan, struct result *result, struct result *seeded);

#endif
