/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running columns side by side and filling a result from them.
 */
#ifndef BENCH_VBENCH_RUN_H
#define BENCH_VBENCH_RUN_H

#include "bench/vbench/machine.h"

struct run_plan {
    struct machine machine; /* its suite is that of each row */
    bool columns[COLUMNS];
    struct selection rows;
    unsigned jobs;    /* machines at a time */
    unsigned timeout; /* seconds a benchmark, or a boot, may take */
    unsigned silence; /* seconds a console may say nothing */
    bool twice;       /* run each column a second time and compare */
    bool together;    /* all rows in one boot, where one moves another */
};

/* Runs the plan; the exit status it deserves (enum exit_status). The result's columns are filled as
 * far as they got, also after Ctrl-C. */
int run_columns(const struct run_plan *plan, struct result *result);

#endif
