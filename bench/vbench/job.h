/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One start of one column's machine: a QEMU process, its console, and what has been read from it so
 * far. Where the machine is saved and restored, a column is one job that boots and saves, and one for
 * each row that waits for it.
 *
 *      job_start ──► job_read ... job_read ──► job_end        job_kill may come at any time
 */
#ifndef BENCH_VBENCH_JOB_H
#define BENCH_VBENCH_JOB_H

#include "bench/vbench/counters.h"
#include "bench/vbench/line.h"
#include "bench/vbench/machine.h"
#include "bench/vbench/monitor.h"

#include <stdio.h>
#include <sys/types.h>

struct job {
    enum column_id column;
    unsigned pass; /* 1, or 2 for the second of two identical runs */
    enum launch_kind kind;
    struct machine machine;
    const struct job *boot; /* the job that saves what this one restores, or NULL */
    struct selection wanted;
    char *what;       /* the names of `wanted` as the guest is told them */
    char *state_path; /* of the saved machine, or NULL */
    char *log_path;   /* where the whole console goes */
    char *events_path; /* where its events are counted to, or NULL */
    char *trace_path;  /* where its rings are written to, or NULL */
    const char *counted; /* counters of the host to read, or NULL */

    pid_t pid; /* 0: not running */
    bool is_over;
    int console;
    struct monitor monitor;
    struct counters counters;
    FILE *log;
    double started, heard; /* when it began, when the console last said something */
    double took;           /* seconds, once ended */
    bool is_up;            /* VTG-INIT was seen */
    enum row_id row;       /* the benchmark that is running, ROW_NONE before and between */
    unsigned done;         /* rows finished */
    bool has_exited;       /* VTG-EXIT was seen */
    int guest_status;
    char *reason; /* the first thing that went wrong, NULL if nothing did */
    struct metric metrics[ROWS];
    struct event_list *counts[ROWS]; /* what the counters counted, or NULL */
    char *skipped[ROWS]; /* why the guest cannot run the row, or NULL */

    char buffer[4096]; /* the line being read */
    size_t used;
    char last[120]; /* the last line of the console, fit to print */
};

/* Called for each finished row. */
typedef void job_on_row(const struct job *job, enum row_id row);

/* Starts QEMU with these arguments; 0, or -errno with `reason` set. */
int job_start(struct job *job, char *const argv[]);

/* Takes what the console has; false at its end. */
bool job_read(struct job *job, job_on_row *on_row);

/* Takes what the monitor has. */
void job_monitor(struct job *job);

/* Ends QEMU now, for this reason (kept if it is the first). */
void job_kill(struct job *job, const char *reason);

/* After the end of the console: collects QEMU and decides whether the run was complete. */
void job_end(struct job *job);

void job_free(struct job *job);

#endif
