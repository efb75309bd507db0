/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/progress.h"
#include "bench/vbench/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { SILENCE_S = 10, TICK_MS = 250 };

#define ERASE_LINE "\r\033[K"

static double last_said; /* when the user last saw something new */

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

static const char *column_label(const struct job *job)
{
    static char label[32];
    snprintf(label, sizeof label, "%s%s", column_names[job->column], job->pass > 1 ? " again" : "");
    return label;
}

void progress_note(const struct job *job, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    begin_line();
    fprintf(stderr, "%-13s  ", column_label(job));
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void progress_row(const struct job *job, enum row_id row)
{
    const struct row *r = &suite_rows[row];
    if (job->skipped[row]) {
        progress_note(job, "%2u/%-2u  %-17s skipped: %s", job->done, selection_count(job->wanted),
                      r->name, job->skipped[row]);
        return;
    }
    double ns = metric_median(&job->metrics[row]);
    progress_note(job, "%2u/%-2u  %-17s %12.3f %s  %5.0f s", job->done,
                  selection_count(job->wanted), r->name, ns / unit_ns(r->unit), r->unit,
                  seconds_now() - job->started);
}

double progress_eta(const struct job *job, double now)
{
    unsigned all = selection_count(job->wanted);
    if (job->done < 3 || job->done >= all)
        return -1;
    return (now - job->started) / job->done * (all - job->done);
}

static int where(const struct job *job, double now, char *to, size_t size)
{
    double eta = progress_eta(job, now);
    int n = snprintf(to, size, "%s %s %.0f s", column_label(job),
                     job->row != ROW_NONE ? suite_rows[job->row].name
                     : job->is_up         ? "running"
                                          : "booting",
                     now - job->started);
    if (eta >= 0 && (size_t)n < size)
        n += snprintf(to + n, size - n, ", %u/%u, eta %.0f s", job->done,
                      selection_count(job->wanted), eta);
    return n;
}

void progress_tick(const struct job *jobs, unsigned n)
{
    static double ticked;
    double now = seconds_now();
    if (now - (is_terminal() ? ticked : last_said) < (is_terminal() ? TICK_MS / 1e3 : SILENCE_S))
        return;
    begin_line();
    ticked = now;
    for (unsigned i = 0; i < n; i++) {
        char line[128];
        if (!jobs[i].pid)
            continue;
        where(&jobs[i], now, line, sizeof line);
        fprintf(stderr, "[%s] ", line);
    }
    if (!is_terminal())
        fputc('\n', stderr);
    fflush(stderr);
}
