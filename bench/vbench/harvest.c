/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/harvest.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_of(const struct job *job, enum column_id column, unsigned pass)
{
    return job->column == column && job->pass == pass;
}

static void copy_file(FILE *out, const char *path)
{
    char bytes[65536];
    size_t n;
    FILE *in = fopen(path, "r");
    while (in && (n = fread(bytes, 1, sizeof bytes, in)) > 0)
        fwrite(bytes, 1, n, out);
    if (in)
        fclose(in);
}

/* All consoles of a column's pass as one file; its SHA-256. */
static char *console_join(const struct schedule *s, const struct run_plan *plan,
                          enum column_id column, unsigned pass)
{
    char *label = pass_label(column, pass);
    char *path = text("%s/bench/%s.log", plan->machine.build, label);
    free(label);
    FILE *out = parents_make(path) ? NULL : fopen(path, "w");
    bool is_there = false;
    for (unsigned i = 0; out && i < s->n; i++) {
        if (!is_of(&s->job[i], column, pass) || s->job[i].started == 0)
            continue;
        copy_file(out, s->job[i].log_path);
        is_there = true;
    }
    bool is_written = out && !fclose(out);
    char *digest = is_there && is_written ? file_sha256(path) : NULL;
    free(path);
    return digest;
}

static void take_rows(struct column *column, struct job *job)
{
    for (int i = 0; i < ROWS; i++) {
        if (metric_is_there(&job->metrics[i]))
            column->metrics[i] = job->metrics[i];
        if (job->skipped[i])
            column->skipped[i] = job->skipped[i];
        job->skipped[i] = NULL;
        if (job->counts[i])
            column->counters[i] = job->counts[i];
        job->counts[i] = NULL;
        if (job->events_path && job->wanted.has[i] && !job->reason)
            column->events[i] = events_read(job->events_path);
        if (job->events_path && job->wanted.has[i] && !job->reason && !column->events[i])
            column->reason = text("cannot read the events in %s: %s", job->events_path, strerror(errno));
    }
}

/* The command that a reader may repeat: of the first boot. */
static void take_command(struct column *column, const struct job *job)
{
    struct launch launch = {job->kind, job->what ? job->what : "nothing", .trace = job->trace_path};
    char **argv = machine_argv(&job->machine, job->column, &launch);
    char *hypervisor = machine_hypervisor(&job->machine, job->column);
    column->command = machine_command(argv);
    column->binary_sha256 = hypervisor ? file_sha256(hypervisor) : NULL;
    free(hypervisor);
    machine_argv_free(argv);
}

static void take_pass(const struct schedule *s, struct column *column, enum column_id id,
                      unsigned pass)
{
    for (unsigned i = 0; i < s->n; i++) {
        struct job *job = &s->job[i];
        if (!is_of(job, id, pass))
            continue;
        if (!column->command)
            take_command(column, job);
        if (!column->reason && job->reason)
            column->reason = text("%s", job->reason);
        column->wall_s += job->took;
        take_rows(column, job);
    }
}

/* Rows that this column has no machine for. */
static void note_missing(const struct schedule *s, const struct run_plan *plan,
                         struct column *column, enum column_id id)
{
    unsigned jobs = 0;
    for (unsigned i = 0; i < s->n; i++)
        jobs += is_of(&s->job[i], id, 1);
    for (int i = 0; i < ROWS; i++) {
        struct machine m = plan->machine;
        m.suite = suite_rows[i].suite;
        if (!plan->rows.has[i] || machine_has(&m, id))
            continue;
        column->skipped[i] = text("suite %s does not run in this column", suites[m.suite].name);
        if (jobs == 0 && !column->reason)
            column->reason = text("%s", column->skipped[i]);
    }
}

static const struct job *twin(const struct schedule *s, const struct job *first)
{
    for (unsigned i = 0; i < s->n; i++) {
        const struct job *job = &s->job[i];
        if (is_of(job, first->column, 2) && job->kind == first->kind &&
            job->machine.suite == first->machine.suite &&
            !memcmp(&job->wanted, &first->wanted, sizeof job->wanted))
            return job;
    }
    return NULL;
}

/* The first console of the second pass that is not that of the first. */
static const char *first_difference(const struct schedule *s, enum column_id column)
{
    for (unsigned i = 0; i < s->n; i++) {
        const struct job *second = is_of(&s->job[i], column, 1) ? twin(s, &s->job[i]) : NULL;
        char *a = second ? file_sha256(s->job[i].log_path) : NULL;
        char *b = second ? file_sha256(second->log_path) : NULL;
        bool differ = a && b && strcmp(a, b);
        free(a);
        free(b);
        if (differ)
            return second->log_path;
    }
    return "its console";
}

static const char *second_reason(const struct schedule *s, enum column_id column)
{
    for (unsigned i = 0; i < s->n; i++)
        if (is_of(&s->job[i], column, 2) && s->job[i].reason)
            return s->job[i].reason;
    return NULL;
}

/* [run.twice] Both runs must have printed the same bytes, not only the same results. */
static void compare_passes(const struct schedule *s, const struct run_plan *plan,
                           struct column *column, enum column_id id)
{
    char *digest = console_join(s, plan, id, 2);
    const char *wrong = second_reason(s, id);
    if (wrong && !column->reason)
        column->reason = text("the second run failed: %s", wrong);
    if (digest && column->console_sha256 && !column->reason)
        column->repeat = strcmp(digest, column->console_sha256) ? DIFFERENT : IDENTICAL;
    free(digest);
    if (column->repeat == DIFFERENT)
        column->reason = text("two runs printed different consoles; compare %s with the first run's",
                              first_difference(s, id));
}

static void fill(const struct schedule *s, const struct run_plan *plan, struct column *column,
                 enum column_id id, unsigned pass)
{
    column->asked = true;
    take_pass(s, column, id, pass);
    note_missing(s, plan, column, id);
    column->console_sha256 = console_join(s, plan, id, pass);
}

void harvest(struct schedule *s, const struct run_plan *plan, struct result *result,
             struct result *seeded)
{
    for (int id = 0; id < COLUMNS; id++) {
        if (!plan->columns[id])
            continue;
        fill(s, plan, &result->columns[id], id, PASS_FIRST);
        if (plan->twice)
            compare_passes(s, plan, &result->columns[id], id);
        for (unsigned seed = 1; seed <= plan->seeds; seed++)
            fill(s, plan, &seeded[seed - 1].columns[id], id, PASS_SEED + seed);
    }
}
