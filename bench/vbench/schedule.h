/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which machines a run starts, and in which order. For each column and image:
 *
 *      boot and save ──┬──► restore: row 1
 *                      ├──► restore: row 2         one row each, from the same state
 *                      └──► ...
 *
 * [schedule.alone] no row runs in a machine that another row has run in, so that none moves another.
 * With machine.wall all rounds restore the one state of their column, row by row through the columns.
 * A run `--together` is one boot that runs all rows; what is counted by a plugin wants that.
 */
#ifndef BENCH_VBENCH_SCHEDULE_H
#define BENCH_VBENCH_SCHEDULE_H

#include "bench/vbench/job.h"
#include "bench/vbench/run.h"

struct schedule {
    struct job *job;
    unsigned n;
};

/* How a pass of a column is called, in messages and in names of files; to free. */
char *pass_label(enum column_id column, unsigned pass);

/* Makes the jobs of a plan, in the order of columns and rows. 0 or -ENOMEM. */
int schedule_make(struct schedule *s, const struct run_plan *plan);

/* The next job that may start, or NULL: none is left, or it waits for another. */
struct job *schedule_next(struct schedule *s);

/* To be called when a job is over: removes a saved machine that nobody waits for any more. */
void schedule_release(struct schedule *s, const struct job *job);

void schedule_free(struct schedule *s);

#endif
