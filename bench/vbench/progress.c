/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/progress.h"
#include "bench/vbench/host.h"
#include "bench/vbench/schedule.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SILENCE_S = 10, TICK_MS = 250 };

#define ERASE_LINE "\r\033[K"

static double last_said; /* when the user last saw something new */

static const struct job *jobs;
static unsigned job_count;
static double began;

/* Of one column's pass, or of the whole run with NULL. */
struct count {
    unsigned done, all, left; /* rows finished, rows, jobs not over */
    double took;              /* the jobs' seconds */
};

static struct count count(const struct job *like)
{
    struct count c = {0};
    for (const struct job *job = jobs; job < jobs + job_count; job++) {
        if (like && (job->column != like->column || job->pass != like->pass))
            continue;
        c.done += job->done;
        c.all += selection_count(&job->wanted);
        c.left += !job->is_over;
        c.took += job->took;
    }
    return c;
}

void progress_begin(const struct job *all, unsigned n)
{
    jobs = all;
    job_count = n;
    began = last_said = seconds_now();
}

static bool is_terminal(void)
{
    return isatty(STDERR_FILENO);
}

static void begin_line(void)
{
    if (is_terminal())
        fputs(ERASE_LINE, stderr);
    last_said = seconds_now();
}

void progress_note(const struct job *job, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    begin_line();
    char *label = pass_label(job->column, job->pass);
    fprintf(stderr, "%-13s  ", label);
    free(label);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void progress_row(const struct job *job, enum row_id row)
{
    const struct row *r = &suite_rows[row];
    struct count c = count(job);
    if (job->skipped[row]) {
        progress_note(job, "%2u/%-2u  %-17s skipped: %s", c.done, c.all, r->name, job->skipped[row]);
        return;
    }
    double ns = metric_median(&job->metrics[row]);
    progress_note(job, "%2u/%-2u  %-17s %12.3f %s  %5.1f s", c.done, c.all, r->name,
                  ns / unit_ns(r->unit), r->unit, seconds_now() - job->started);
}

void progress_column(const struct job *job)
{
    struct count c = count(job);
    if (c.left == 0)
        progress_note(job, "complete: %u rows in %.0f s", c.done, c.took);
}

/* Seconds the run will still need, by its rows so far; negative while there is nothing to go by. */
static double eta_of(double elapsed, unsigned done, unsigned all)
{
    return done < 3 || done >= all ? -1 : elapsed / done * (all - done);
}

static void print_job(const struct job *job, double now)
{
    const char *what = job->row != ROW_NONE            ? suite_rows[job->row].name
                       : job->kind == LAUNCH_RESTORED ? job->what
                       : job->is_up                   ? "running"
                                                      : "booting";
    char *label = pass_label(job->column, job->pass);
    fprintf(stderr, " [%s %s %.0f s]", label, what, now - job->started);
    free(label);
}

void progress_tick(void)
{
    static double ticked;
    double now = seconds_now();
    if (now - (is_terminal() ? ticked : last_said) < (is_terminal() ? TICK_MS / 1e3 : SILENCE_S))
        return;
    struct count c = count(NULL);
    double eta = eta_of(now - began, c.done, c.all);
    begin_line();
    ticked = now;
    fprintf(stderr, "%u/%u", c.done, c.all);
    if (eta >= 0)
        fprintf(stderr, ", eta %.0f s", eta);
    for (const struct job *job = jobs; job < jobs + job_count; job++)
        if (job->pid)
            print_job(job, now);
    if (!is_terminal())
        fputc('\n', stderr);
    fflush(stderr);
}
