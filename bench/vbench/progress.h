/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the user sees while columns run: a line per finished benchmark, and in between, on a
 * terminal, one line that tells where everything stands; elsewhere a sign of life when nothing else
 * was said. All of it on stderr: the table alone goes to stdout.
 */
#ifndef BENCH_VBENCH_PROGRESS_H
#define BENCH_VBENCH_PROGRESS_H

#include "bench/vbench/job.h"

void progress_row(const struct job *job, enum row_id row);

/* A line about the whole column: it started, it ended. */
void progress_note(const struct job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* To be called several times a second. */
void progress_tick(const struct job *jobs, unsigned n);

/* Seconds this job will still need, by its rows so far; negative while there is nothing to go by.
 */
double progress_eta(const struct job *job, double now);

#endif
