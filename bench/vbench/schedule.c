/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/schedule.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_boot_row(int row)
{
    return !strcmp(suite_rows[row].table, "boot");
}

/* The rows of the plan that run on this suite's image. */
static struct selection rows_of_image(const struct run_plan *plan, enum suite_id suite)
{
    struct selection rows = plan->rows;
    for (int i = 0; i < ROWS; i++)
        rows.has[i] &= suites_share_image(suite, suite_rows[i].suite);
    return rows;
}

/* The first suite with this image stands for it. */
static bool is_image(enum suite_id suite)
{
    for (int s = 0; s < (int)suite; s++)
        if (suites_share_image(s, suite))
            return false;
    return true;
}

static struct job *job_add(struct schedule *s, const struct run_plan *plan, enum column_id column,
                           enum suite_id suite, unsigned pass)
{
    struct job *job = &s->job[s->n++];
    *job = (struct job){.column = column, .pass = pass, .machine = plan->machine,
                        .counted = plan->counters, .row = ROW_NONE};
    job->machine.suite = suite;
    if (pass > PASS_SEED && !plan->machine.wall)
        job->machine.seed = pass - PASS_SEED;
    return job;
}

char *pass_label(enum column_id column, unsigned pass)
{
    const char *name = column_names[column];
    return pass > PASS_SEED     ? text("%s.%u", name, pass - PASS_SEED)
           : pass == PASS_AGAIN ? text("%s.again", name)
                                : text("%s", name);
}

/* A file of this job's under build/bench. */
static char *path_of(const struct job *job, const char *name, const char *end)
{
    char *label = pass_label(job->column, job->pass);
    char *path = text("%s/bench/%s/%s.%s", job->machine.build, label, name, end);
    free(label);
    return path;
}

static void add_row(struct schedule *s, const struct run_plan *plan, const struct job *boot, int row,
                    unsigned pass)
{
    struct job *job = job_add(s, plan, boot->column, boot->machine.suite, pass);
    job->kind = LAUNCH_RESTORED;
    job->boot = boot;
    job->wanted.has[row] = true;
    job->state_path = text("%s", boot->state_path);
    job->log_path = path_of(job, suite_rows[row].name, "log");
    if (plan->addresses && machine_counts_events(boot->column))
        job->events_path = path_of(job, suite_rows[row].name, "events");
    if (machine_is_traced(boot->column))
        job->trace_path = path_of(job, suite_rows[row].name, "vtr");
}

static void add_image(struct schedule *s, const struct run_plan *plan, enum column_id column,
                      enum suite_id suite, unsigned pass)
{
    struct selection rows = rows_of_image(plan, suite);
    if (!selection_count(&rows))
        return;
    struct job *boot = job_add(s, plan, column, suite, pass);
    if (!machine_has(&boot->machine, column)) {
        s->n--;
        return;
    }
    boot->kind = plan->together ? LAUNCH_TOGETHER : LAUNCH_SAVED;
    boot->log_path = path_of(boot, suites[suite].name, "boot.log");
    if (machine_is_traced(column))
        boot->trace_path = path_of(boot, suites[suite].name, "boot.vtr");
    boot->state_path = plan->together ? NULL : path_of(boot, suites[suite].name, "state");
    for (int i = 0; i < ROWS; i++)
        if (rows.has[i] && (plan->together || is_boot_row(i)))
            boot->wanted.has[i] = true;
        else if (rows.has[i] && !plan->machine.wall)
            add_row(s, plan, boot, i, pass);
}

static void add_pass(struct schedule *s, const struct run_plan *plan, unsigned pass)
{
    for (int column = 0; column < COLUMNS; column++)
        for (int suite = 0; plan->columns[column] && suite < SUITES; suite++)
            if (is_image(suite))
                add_image(s, plan, column, suite, pass);
}

/* Row by row, in each of them column by column: what disturbs the host for a while disturbs all columns. */
static void add_round(struct schedule *s, const struct run_plan *plan, unsigned boots, unsigned pass)
{
    for (int row = 0; row < ROWS; row++)
        for (unsigned i = 0; plan->rows.has[row] && !is_boot_row(row) && i < boots; i++)
            if (suites_share_image(s->job[i].machine.suite, suite_rows[row].suite))
                add_row(s, plan, &s->job[i], row, pass);
}

int schedule_make(struct schedule *s, const struct run_plan *plan)
{
    *s = (struct schedule){
        .job = calloc((PASS_SEED + plan->seeds) * COLUMNS * (ROWS + SUITES), sizeof *s->job)};
    if (!s->job)
        return -ENOMEM;
    add_pass(s, plan, PASS_FIRST);
    if (plan->twice)
        add_pass(s, plan, PASS_AGAIN);
    const unsigned boots = s->n;
    for (unsigned seed = 1; seed <= plan->seeds; seed++)
        if (plan->machine.wall)
            add_round(s, plan, boots, PASS_SEED + seed);
        else
            add_pass(s, plan, PASS_SEED + seed);
    return 0;
}

struct job *schedule_next(struct schedule *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        struct job *job = &s->job[i];
        if (job->pid || job->is_over)
            continue;
        if (!job->boot)
            return job;
        if (!job->boot->is_over)
            continue;
        if (!job->boot->reason)
            return job;
        job->is_over = true; /* its column says why */
    }
    return NULL;
}

void schedule_release(struct schedule *s, const struct job *job)
{
    if (!job->state_path)
        return;
    for (unsigned i = 0; i < s->n; i++)
        if (!s->job[i].is_over && s->job[i].state_path &&
            !strcmp(s->job[i].state_path, job->state_path))
            return;
    unlink(job->state_path);
}

void schedule_free(struct schedule *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        if (s->job[i].state_path)
            unlink(s->job[i].state_path);
        job_free(&s->job[i]);
    }
    free(s->job);
    *s = (struct schedule){0};
}
