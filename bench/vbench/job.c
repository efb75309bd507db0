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
#include <sys/socket.h>
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

/* One that is counted stops first, for its parent to put the counters on it. */
static void exec_qemu(int console, int report, int monitor, bool is_counted, char *const argv[])
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR), error;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (is_counted)
        raise(SIGSTOP);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(null, 0);
    dup2(console, 1);
    dup2(console, 2);
    if (monitor >= 0 && dup2(monitor, MACHINE_MONITOR_FD) >= 0)
        fcntl(MACHINE_MONITOR_FD, F_SETFD, 0);
    execvp(argv[0], argv);
    error = errno;
    (void)!write(report, &error, sizeof error);
    _exit(127);
}

/* [job.fds] Every descriptor a job makes is above those that QEMU is given by number. */
static int lift(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, MACHINE_MONITOR_FD + 1);
    close(fd);
    return high;
}

/* The pairs a QEMU is joined by: its console, the report of a failed exec, its monitor. */
struct pairs {
    int console[2], report[2], monitor[2];
};

static void pairs_close(struct pairs *p, int end)
{
    close(p->console[end]);
    close(p->report[end]);
    if (p->monitor[end] >= 0)
        close(p->monitor[end]);
}

static int pairs_open(struct pairs *p, bool with_monitor)
{
    *p = (struct pairs){{-1, -1}, {-1, -1}, {-1, -1}};
    if (pipe2(p->console, O_CLOEXEC) || pipe2(p->report, O_CLOEXEC) ||
        (with_monitor && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p->monitor))) {
        int rc = -errno;
        pairs_close(p, 0);
        pairs_close(p, 1);
        return rc;
    }
    for (int end = 0; end < 2; end++) {
        p->console[end] = lift(p->console[end]);
        p->report[end] = lift(p->report[end]);
        if (with_monitor)
            p->monitor[end] = lift(p->monitor[end]);
    }
    return 0;
}

/* Puts the counters on a QEMU that waits for it, and lets it go. */
static void count(struct job *job)
{
    waitpid(job->pid, NULL, WUNTRACED);
    counters_open(&job->counters, job->counted, job->pid);
    kill(job->pid, SIGCONT);
}

/* Runs argv with its output in job->console; 0 or the errno of what failed, negative. */
static int spawn(struct job *job, char *const argv[])
{
    struct pairs p;
    int error = pairs_open(&p, job->kind != LAUNCH_TOGETHER);
    if (error)
        return error;
    fflush(NULL);
    job->pid = fork();
    if (job->pid == 0)
        exec_qemu(p.console[1], p.report[1], p.monitor[1], job->counted, argv);
    error = job->pid < 0 ? errno : 0;
    if (job->counted && !error)
        count(job);
    pairs_close(&p, 1);
    if (error == 0 && read(p.report[0], &error, sizeof error) > 0)
        waitpid(job->pid, NULL, 0);
    if (error) {
        pairs_close(&p, 0);
        job->pid = 0;
        return -error;
    }
    close(p.report[0]);
    job->console = p.console[0];
    job->monitor = (struct monitor){.fd = p.monitor[0],
                                    .state = job->state_path,
                                    .saves = job->kind == LAUNCH_SAVED};
    return 0;
}

int job_start(struct job *job, char *const argv[])
{
    job->row = ROW_NONE;
    job->monitor.fd = -1;
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
    if (!job->wanted.has[line->row])
        return;
    job->row = ROW_NONE;
    if (metric_is_there(&job->metrics[line->row])) {
        metric_add(&job->metrics[line->row], &line->metric);
        return;
    }
    job->done++;
    job->metrics[line->row] = line->metric;
    if (!job->counts[line->row])
        job->counts[line->row] = counters_since(&job->counters);
    on_row(job, line->row);
}

static void skip_take(struct job *job, const struct line *line, job_on_row *on_row)
{
    if (!job->wanted.has[line->row] || job->skipped[line->row])
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
        counters_mark(&job->counters);
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

void job_monitor(struct job *job)
{
    if (!monitor_read(&job->monitor))
        monitor_close(&job->monitor);
    if (!job->monitor.wrong)
        return;
    job_kill(job, job->monitor.wrong);
    free(job->monitor.wrong);
    job->monitor.wrong = NULL;
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
    if (job->kind == LAUNCH_SAVED && job->monitor.is_done)
        return;
    if (!job->is_up && job->kind != LAUNCH_RESTORED)
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
        if (job->wanted.has[i] && !metric_is_there(&job->metrics[i]) && !job->skipped[i])
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
    monitor_close(&job->monitor);
    counters_close(&job->counters);
    fclose(job->log);
    job->log = NULL;
    job->is_over = true;
    job->took = seconds_now() - job->started;
    blame_qemu(job, status);
    blame_guest(job);
    blame_missing(job);
}

void job_free(struct job *job)
{
    free(job->reason);
    free(job->log_path);
    free(job->state_path);
    free(job->what);
    free(job->events_path);
    free(job->trace_path);
    for (int i = 0; i < ROWS; i++) {
        free(job->skipped[i]);
        free(job->counts[i]);
    }
    memset(job, 0, sizeof *job);
}
