/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One loop over all consoles. A column that fails leaves the others alone; what a failed or
 * interrupted column finished before is kept.
 */
#define _GNU_SOURCE
#include "bench/vbench/run.h"
#include "bench/vbench/host.h"
#include "bench/vbench/job.h"
#include "bench/vbench/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { JOBS_MAX = 2 * COLUMNS, POLL_MS = 200 };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    interrupted = 1;
}

/* The first Ctrl-C ends the run in good order, a second one ends vbench. */
static void interrupts_watch(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESETHAND};
    interrupted = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void start(const struct run_plan *plan, struct job *job)
{
    job->reason = machine_missing(&plan->machine, job->column);
    if (!job->reason) {
        char **argv = machine_argv(&plan->machine, job->column, plan->what);
        if (job_start(job, argv) == 0)
            progress_note(job, "started; console in %s", job->log_path);
        machine_argv_free(argv);
    }
    if (job->reason)
        progress_note(job, "cannot run: %s", job->reason);
}

static unsigned running(const struct job *jobs, unsigned n)
{
    unsigned count = 0;
    for (unsigned i = 0; i < n; i++)
        count += jobs[i].pid != 0;
    return count;
}

static void watch_limits(const struct run_plan *plan, struct job *job)
{
    double now = seconds_now();
    char why[200];
    *why = 0;
    if (interrupted)
        snprintf(why, sizeof why, "interrupted");
    else if (now - job->started > plan->timeout)
        snprintf(why, sizeof why, "not done after %u s (--timeout)", plan->timeout);
    else if (now - job->heard > plan->silence)
        snprintf(why, sizeof why, "silent for %u s (--silence)", plan->silence);
    if (!*why)
        return;
    snprintf(why + strlen(why), sizeof why - strlen(why), ", %s; the console's last line: %.90s",
             job->row != ROW_NONE ? suite_rows[job->row].name
             : job->is_up         ? "between benchmarks"
                                  : "while booting",
             job->last);
    job_kill(job, why);
}

static void finish(struct job *job)
{
    job_end(job);
    if (job->reason)
        progress_note(job, "failed after %.0f s: %s", job->took, job->reason);
    else
        progress_note(job, "complete after %.0f s", job->took);
}

/* Waits a moment for any console and serves those that have something. */
static void serve(const struct run_plan *plan, struct job *jobs, unsigned n)
{
    struct pollfd fds[JOBS_MAX];
    for (unsigned i = 0; i < n; i++)
        fds[i] = (struct pollfd){.fd = jobs[i].pid ? jobs[i].console : -1, .events = POLLIN};
    if (poll(fds, n, POLL_MS) < 0)
        memset(fds, 0, sizeof fds);
    for (unsigned i = 0; i < n; i++) {
        if (!jobs[i].pid)
            continue;
        watch_limits(plan, &jobs[i]);
        if (fds[i].revents && !job_read(&jobs[i], progress_row))
            finish(&jobs[i]);
    }
}

static void run_jobs(const struct run_plan *plan, struct job *jobs, unsigned n)
{
    unsigned next = 0;
    while (running(jobs, n) || (next < n && !interrupted)) {
        while (next < n && !interrupted && running(jobs, n) < plan->jobs)
            start(plan, &jobs[next++]);
        if (running(jobs, n))
            serve(plan, jobs, n);
        progress_tick(jobs, n);
    }
    for (; next < n; next++)
        jobs[next].reason = text("interrupted before it started");
}

/* [run.twice] Both runs must have printed the same bytes, not only the same results. */
static void compare_runs(const struct job *second, struct column *column)
{
    char *digest = file_sha256(second->log_path);
    if (second->reason && !column->reason)
        column->reason = text("the second run failed: %s", second->reason);
    if (digest && column->console_sha256 && !column->reason)
        column->repeat = strcmp(digest, column->console_sha256) ? DIFFERENT : IDENTICAL;
    free(digest);
    if (column->repeat != DIFFERENT)
        return;
    column->reason = text("two runs printed different consoles; compare %s with the first run's",
                          second->log_path);
}

static void harvest(const struct run_plan *plan, struct job *job, struct column *column)
{
    if (job->pass > 1) {
        compare_runs(job, column);
        return;
    }
    char **argv = machine_argv(&plan->machine, job->column, plan->what);
    char *hypervisor = machine_hypervisor(&plan->machine, job->column);
    column->asked = true;
    column->reason = job->reason ? text("%s", job->reason) : NULL;
    column->wall_s = job->took;
    column->command = machine_command(argv);
    column->binary_sha256 = hypervisor ? file_sha256(hypervisor) : NULL;
    column->console_sha256 = job->started > 0 ? file_sha256(job->log_path) : NULL;
    memcpy(column->metrics, job->metrics, sizeof column->metrics);
    memcpy(column->skipped, job->skipped, sizeof column->skipped);
    memset(job->skipped, 0, sizeof job->skipped);
    free(hypervisor);
    machine_argv_free(argv);
}

static unsigned jobs_make(const struct run_plan *plan, struct job *jobs)
{
    unsigned n = 0;
    for (unsigned pass = 1; pass <= (plan->twice ? 2 : 1); pass++) {
        for (int c = 0; c < COLUMNS; c++) {
            if (!plan->columns[c])
                continue;
            jobs[n] =
                (struct job){.column = c, .pass = pass, .wanted = &plan->rows, .row = ROW_NONE};
            jobs[n++].log_path = text("%s/bench/%s%s.log", plan->machine.build, column_names[c],
                                      pass > 1 ? ".again" : "");
        }
    }
    return n;
}

static int verdict(const struct result *result)
{
    int status = EXIT_OK;
    for (int c = 0; c < COLUMNS; c++) {
        const struct column *column = &result->columns[c];
        if (column->repeat == DIFFERENT)
            return EXIT_DIFFERENT;
        if (column->asked && column->reason)
            status = EXIT_NOT_RUN;
    }
    return status;
}

/* [run.alone] Consoles go to files under build/bench: one vbench at a time, others wait. Returns a
 * descriptor that holds the place, or -1 where there can be no such file. */
static int place_take(const struct run_plan *plan)
{
    char *path = text("%s/bench/lock", plan->machine.build);
    int fd = parents_make(path) ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
        complain("waiting for another vbench that uses %s/bench", plan->machine.build);
        while (flock(fd, LOCK_EX) && !interrupted)
            ;
    }
    free(path);
    return fd;
}

int run_columns(const struct run_plan *plan, struct result *result)
{
    struct job *jobs = calloc(JOBS_MAX, sizeof *jobs);
    if (!jobs)
        return EXIT_NOT_RUN;
    unsigned n = jobs_make(plan, jobs);
    interrupts_watch();
    int place = place_take(plan);
    run_jobs(plan, jobs, n);
    for (unsigned i = 0; i < n; i++) {
        harvest(plan, &jobs[i], &result->columns[jobs[i].column]);
        job_free(&jobs[i]);
    }
    free(jobs);
    if (place >= 0)
        close(place);
    return interrupted ? EXIT_INTERRUPTED : verdict(result);
}
