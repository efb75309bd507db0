/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running columns side by side and filling a result from them.
 */
#ifndef BENCH_VBENCH_RUN_H
#define BENCH_VBENCH_RUN_H

#include "bench/vbench/machine.h"

struct run_plan {
    struct machine machine;
    bool columns[COLUMNS];
    struct selection rows;
    char *what;       /* the same for the guest's command line: a suite or names joined by + */
    unsigned jobs;    /* columns at a time */
    unsigned timeout; /* seconds a column may take */
    unsigned silence; /* seconds a console may say nothing */
    bool twice;       /* run each column a second time and compare */
};

/* Runs the plan; the exit status it deserves (enum exit_status). The result's columns are filled as
 * far as they got, also after Ctrl-C. */
int run_columns(const struct run_plan *plan, struct result *result);

#endif
