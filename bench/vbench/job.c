/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * [job.group] QEMU leads a process group of its own: Ctrl-C reaches vbench only, which then ends
 * the group; and it dies with vbench, whatever becomes of that. [job.whole] a column without a
 * reason has every row it was asked for.
 */
#define _GNU_SOURCE
#include "bench/vbench/job.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GRACE_MS = 3000 };

/* The first reason stays: later ones follow from it. Takes the string. */
static void blame(struct job *job, char *reason)
{
    if (job->reason)
        free(reason);
    else
        job->reason = reason;
}

static void exec_qemu(int console, int report, char *const argv[])
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR), error;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(null, 0);
    dup2(console, 1);
    dup2(console, 2);
    execvp(argv[0], argv);
    error = errno;
    (void)!write(report, &error, sizeof error);
    _exit(127);
}

/* Runs argv with its output in *console; 0 or the errno of what failed, negative. */
static int spawn(struct job *job, char *const argv[])
{
    int console[2], report[2], error = 0;
    if (pipe2(console, O_CLOEXEC))
        return -errno;
    if (pipe2(report, O_CLOEXEC)) {
        error = -errno;
        close(console[0]);
        close(console[1]);
        return error;
    }
    fflush(NULL);
    job->pid = fork();
    if (job->pid == 0)
        exec_qemu(console[1], report[1], argv);
    close(console[1]);
    close(report[1]);
    if (job->pid < 0 || read(report[0], &error, sizeof error) > 0) {
        error = job->pid < 0 ? errno : error;
        if (job->pid > 0)
            waitpid(job->pid, NULL, 0);
        close(console[0]);
        job->pid = 0;
    }
    close(report[0]);
    job->console = console[0];
    return -error;
}

int job_start(struct job *job, char *const argv[])
{
    job->row = ROW_NONE;
    job->started = job->heard = seconds_now();
    int rc = parents_make(job->log_path);
    job->log = rc ? NULL : fopen(job->log_path, "w");
    if (!job->log) {
        rc = rc ? rc : -errno;
        blame(job, text("cannot write %s: %s", job->log_path, strerror(-rc)));
        return rc;
    }
    rc = spawn(job, argv);
    if (rc == 0)
        return 0;
    fclose(job->log);
    job->log = NULL;
    blame(job, text("cannot run %s: %s%s", argv[0], strerror(-rc),
                    rc == -ENOENT ? "; run ci/deps to install QEMU" : ""));
    return rc;
}

/* Keeps the line for messages, without what a terminal would act on. */
static void remember(struct job *job, const char *line)
{
    size_t n = 0;
    for (; *line && n < sizeof job->last - 1; line++)
        if ((unsigned char)*line >= ' ' && *line != 0x7f)
            job->last[n++] = *line;
    if (n)
        job->last[n] = 0;
}

static void result_take(struct job *job, const struct line *line, job_on_row *on_row)
{
    if (!job->wanted->has[line->row])
        return;
    if (!metric_is_there(&job->metrics[line->row]))
        job->done++;
    job->metrics[line->row] = line->metric;
    job->row = ROW_NONE;
    on_row(job, line->row);
}

static void skip_take(struct job *job, const struct line *line, job_on_row *on_row)
{
    if (!job->wanted->has[line->row] || job->skipped[line->row])
        return;
    job->done++;
    job->skipped[line->row] = text("%s", line->why);
    job->row = ROW_NONE;
    on_row(job, line->row);
}

static void line_take(struct job *job, job_on_row *on_row)
{
    struct line line;
    job->buffer[job->used] = 0;
    job->used = 0;
    remember(job, job->buffer);
    line_parse(job->buffer, &line);
    switch (line.kind) {
    case LINE_INIT:
        job->is_up = true;
        break;
    case LINE_START:
        job->row = line.row;
        break;
    case LINE_RESULT:
        result_take(job, &line, on_row);
        break;
    case LINE_SKIP:
        skip_take(job, &line, on_row);
        break;
    case LINE_EXIT:
        job->has_exited = true;
        job->guest_status = line.status;
        break;
    case LINE_BAD:
        blame(job, text("%s; in the line: %s", line.why, job->last));
        break;
    case LINE_OTHER:
        break;
    }
}

bool job_read(struct job *job, job_on_row *on_row)
{
    char bytes[4096];
    ssize_t n = read(job->console, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0)
        return false;
    job->heard = seconds_now();
    fwrite(bytes, 1, n, job->log);
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] != '\n' && job->used < sizeof job->buffer - 1)
            job->buffer[job->used++] = bytes[i];
        if (bytes[i] == '\n')
            line_take(job, on_row);
    }
    return true;
}

void job_kill(struct job *job, const char *reason)
{
    if (!job->pid)
        return;
    blame(job, text("%s", reason));
    kill(-job->pid, SIGKILL);
    kill(job->pid, SIGKILL); /* before it has made its group */
}

/* QEMU's wait status; one that closed its console but goes on is ended. */
static int collect(struct job *job)
{
    int status = 0;
    for (int waited = 0; waitpid(job->pid, &status, WNOHANG) == 0; waited += 10) {
        if (waited >= GRACE_MS)
            kill(-job->pid, SIGKILL);
        usleep(10000);
    }
    kill(-job->pid, SIGKILL); /* what it may have started */
    job->pid = 0;
    return status;
}

static void blame_qemu(struct job *job, int status)
{
    if (WIFSIGNALED(status))
        blame(job, text("QEMU was ended by signal %d; the console's last line: %s",
                        WTERMSIG(status), job->last));
    else if (WEXITSTATUS(status))
        blame(job, text("QEMU exited with status %d; the console's last line: %s",
                        WEXITSTATUS(status), job->last));
}

static void blame_guest(struct job *job)
{
    if (!job->is_up)
        blame(job,
              text("the guest never reached its init; the console's last line: %s", job->last));
    else if (!job->has_exited && job->row != ROW_NONE)
        blame(job, text("the guest stopped in the middle of %s; the console's last line: %s",
                        suite_rows[job->row].name, job->last));
    else if (!job->has_exited)
        blame(job,
              text("the guest stopped before the end; the console's last line: %s", job->last));
    else if (job->guest_status)
        blame(job, text("the benchmark program failed with status %d%s%s; see %s",
                        job->guest_status, job->row != ROW_NONE ? " in " : "",
                        job->row != ROW_NONE ? suite_rows[job->row].name : "", job->log_path));
}

static void blame_missing(struct job *job)
{
    for (int i = 0; i < ROWS; i++)
        if (job->wanted->has[i] && !metric_is_there(&job->metrics[i]) && !job->skipped[i])
            blame(job, text("the guest ended without a result for %s", suite_rows[i].name));
}

void job_end(struct job *job)
{
    /* A line without its end was cut: good for a message, not as a result. */
    job->buffer[job->used] = 0;
    remember(job, job->buffer);
    if (!*job->last)
        strcpy(job->last, "(nothing was printed)");
    int status = collect(job);
    close(job->console);
    fclose(job->log);
    job->log = NULL;
    job->took = seconds_now() - job->started;
    blame_qemu(job, status);
    blame_guest(job);
    blame_missing(job);
}

void job_free(struct job *job)
{
    free(job->reason);
    free(job->log_path);
    for (int i = 0; i < ROWS; i++)
        free(job->skipped[i]);
    memset(job, 0, sizeof *job);
}
