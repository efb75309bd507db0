/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One loop over all consoles and monitors. A row or column that fails leaves the others alone; what a
 * failed or interrupted column finished before is kept.
 */
#define _GNU_SOURCE
#include "bench/vbench/run.h"
#include "bench/vbench/harvest.h"
#include "bench/vbench/host.h"
#include "bench/vbench/progress.h"
#include "bench/vbench/schedule.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/param.h>
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

/* What the guest is told to run. By the host's clock a row runs several times: the first uses of a restored machine's
 * memory are those of the restoring. */
static char *names_joined(const struct job *job)
{
    char *names = text("%s", "");
    const int times = job->machine.wall && job->kind == LAUNCH_RESTORED ? WALL_TIMES : 1;
    for (int i = 0; i < ROWS * times; i++) {
        if (!job->wanted.has[i / times])
            continue;
        char *longer = text("%s%s%s", names, *names ? "+" : "", suite_rows[i / times].name);
        free(names);
        names = longer;
    }
    return names;
}

static void start(const struct run_plan *plan, struct job *job)
{
    job->what = job->kind == LAUNCH_SAVED ? text("nothing") : names_joined(job);
    job->reason = machine_missing(&job->machine, job->column);
    int rc = job->reason || job->boot ? 0 : machine_pad(&job->machine, job->column);
    if (rc)
        job->reason = text("cannot make the image of seed %u: %s", job->machine.seed, strerror(-rc));
    if (!job->reason) {
        const struct launch launch = {job->kind, job->what, plan->addresses, job->events_path, job->trace_path};
        char **argv = machine_argv(&job->machine, job->column, &launch);
        if (job_start(job, argv) == 0 && !job->boot)
            progress_note(job, "started; console in %s", job->log_path);
        machine_argv_free(argv);
    }
    if (!job->reason)
        return;
    job->is_over = true;
    progress_note(job, "cannot run: %s", job->reason);
}

static unsigned running(const struct schedule *s)
{
    unsigned count = 0;
    for (unsigned i = 0; i < s->n; i++)
        count += s->job[i].pid != 0;
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

static void finish(struct schedule *s, struct job *job)
{
    job_end(job);
    schedule_release(s, job);
    if (job->reason)
        progress_note(job, "failed after %.0f s: %s", job->took, job->reason);
    else if (job->kind == LAUNCH_SAVED)
        progress_note(job, "booted and saved after %.0f s", job->took);
    else
        progress_column(job);
}

static void serve_job(const struct run_plan *plan, struct schedule *s, struct job *job,
                      const struct pollfd fds[2])
{
    watch_limits(plan, job);
    if (fds[1].revents)
        job_monitor(job);
    if (fds[0].revents && !job_read(job, progress_row))
        finish(s, job);
}

/* Waits a moment for any console or monitor and serves those that have something. */
static void serve(const struct run_plan *plan, struct schedule *s)
{
    struct pollfd fds[2 * JOBS_MAX];
    struct job *job[JOBS_MAX];
    unsigned n = 0;
    for (unsigned i = 0; i < s->n && n < JOBS_MAX; i++) {
        if (!s->job[i].pid)
            continue;
        fds[2 * n] = (struct pollfd){.fd = s->job[i].console, .events = POLLIN};
        fds[2 * n + 1] = (struct pollfd){.fd = s->job[i].monitor.fd, .events = POLLIN};
        job[n++] = &s->job[i];
    }
    if (poll(fds, 2 * n, POLL_MS) < 0)
        memset(fds, 0, sizeof fds);
    for (unsigned i = 0; i < n; i++)
        serve_job(plan, s, job[i], &fds[2 * i]);
}

static void start_some(const struct run_plan *plan, struct schedule *s)
{
    struct job *job;
    while (!interrupted && running(s) < MIN(plan->jobs, JOBS_MAX) && (job = schedule_next(s)))
        start(plan, job);
}

static void run_jobs(const struct run_plan *plan, struct schedule *s)
{
    progress_begin(s->job, s->n);
    for (start_some(plan, s); running(s); start_some(plan, s)) {
        serve(plan, s);
        progress_tick();
    }
    for (unsigned i = 0; interrupted && i < s->n; i++)
        if (!s->job[i].is_over && !s->job[i].reason)
            s->job[i].reason = text("interrupted before it started");
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

int run_columns(const struct run_plan *plan, struct result *result, struct result *seeded)
{
    struct schedule s;
    if (schedule_make(&s, plan))
        return EXIT_NOT_RUN;
    interrupts_watch();
    int place = place_take(plan);
    run_jobs(plan, &s);
    harvest(&s, plan, result, seeded);
    schedule_free(&s);
    if (place >= 0)
        close(place);
    int status = verdict(result);
    for (unsigned i = 0; i < plan->seeds && status == EXIT_OK; i++)
        status = verdict(&seeded[i]);
    return interrupted ? EXIT_INTERRUPTED : status;
}
