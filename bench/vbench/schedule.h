/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which machines a run starts, and in which order. For each column and image:
 *
 *      boot and save ──┬──► restore: row 1
 *                      ├──► restore: row 2         one row each, from the same state
 *                      └──► ...
 *
 * [schedule.alone] no row runs in a machine in which another row has run, so no row changes another's result.
 * With machine.wall all rounds restore the one state of their column, row by row through the columns.
 * With --together one boot runs all rows; counting with a plugin needs that.
 */
#ifndef BENCH_VBENCH_SCHEDULE_H
#define BENCH_VBENCH_SCHEDULE_H

#include "bench/vbench/job.h"
#include "bench/vbench/run.h"

struct schedule {
    struct job *job;
    unsigned n;
};

/* The name of a pass of a column, for messages and file names; to free. */
char *pass_label(enum column_id column, unsigned pass);

/* Makes the jobs of a plan, in the order of columns and rows. 0 or -ENOMEM. */
int schedule_make(struct schedule *s, const struct run_plan *plan);

/* The next job that may start, or NULL: none is left, or it waits for another. */
struct job *schedule_next(struct schedule *s);

/* To be called when a job is over: removes a saved machine that nobody waits for any more. */
void schedule_release(struct schedule *s, const struct job *job);

void schedule_free(struct schedule *s);

#endif
