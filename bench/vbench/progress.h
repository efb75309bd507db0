/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the user sees while columns run: a line per finished benchmark, and in between, on a
 * terminal, one line that tells where everything stands; elsewhere a sign of life when nothing else
 * was said. All of it on stderr: the table alone goes to stdout.
 */
#ifndef BENCH_VBENCH_PROGRESS_H
#define BENCH_VBENCH_PROGRESS_H

#include "bench/vbench/job.h"

/* What will run; before any of the others. */
void progress_begin(const struct job *jobs, unsigned n);

void progress_row(const struct job *job, enum row_id row);

/* A line about the machine: it started, it failed. */
void progress_note(const struct job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A job is over: says so when it was its column's last. */
void progress_column(const struct job *job);

/* To be called several times a second. */
void progress_tick(void);

#endif
