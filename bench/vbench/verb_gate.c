/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the rows as they are, twice, and with every seed; judges the seeds' medians. What was measured
 * is kept before it is judged, so that it can be accepted.
 */
#define _GNU_SOURCE
#include "bench/vbench/gate.h"
#include "bench/vbench/host.h"
#include "bench/vbench/plan.h"
#include "bench/vbench/said.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void complain_columns(const struct result *r)
{
    for (int c = 0; c < COLUMNS; c++)
        if (r->columns[c].asked && r->columns[c].reason)
            complain("%s: %s", column_names[c], r->columns[c].reason);
}

/* Where the hypervisor of this build folder has the functions that are events; to free. NULL, and
 * nothing is counted, where it cannot be found out. */
static char *addresses_make(const char *build)
{
    char *path = text("%s/bench/addresses", build);
    char *said = parents_make(path)
                     ? NULL
                     : capture((char *const[]){"sh", "-c",
                                               "test -s build/bench/plugin/events.so && "
                                               "bench/plugin/addresses \"$1/vantage\" >\"$2\" && "
                                               "test -s \"$2\" && echo made",
                                               "sh", (char *)build, path, NULL});
    if (!said) {
        complain("events are not counted: bench/plugin/events.so or the symbols of %s/vantage are "
                 "missing; run make",
                 build);
        free(path);
        path = NULL;
    }
    free(said);
    return path;
}

/* Runs the plan with the hypervisor of this build folder; what the seeds gave is in `values`. */
static int gate_run(struct options *o, const char *build, struct result *r, struct baseline *values)
{
    static struct result seeded[SEEDS_MAX];
    struct run_plan plan = o->plan;
    plan.twice = true;
    plan.seeds = o->seeds;
    plan.machine.build = build;
    char *addresses = addresses_make(build);
    plan.addresses = addresses;
    memset(r, 0, sizeof *r);
    environment_fill(r, o);
    if (o->seeds)
        environment_fill(&seeded[0], o);
    int status = run_columns(&plan, r, seeded);
    baseline_of(o->seeds ? seeded : r, o->seeds ? o->seeds : 1, values);
    complain_columns(r);
    for (unsigned i = 0; i < o->seeds; i++) {
        complain_columns(&seeded[i]);
        result_free(&seeded[i]);
    }
    free(addresses);
    return status;
}

/* Rows that were not asked for are not missed. */
static void keep_asked(struct baseline *base, const struct run_plan *plan)
{
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++)
            if (!plan->columns[c] || !plan->rows.has[i])
                base->value[c][i] = (struct band){NAN, NAN, NAN};
}

/* run.json becomes run.txt. */
static char *values_path(const char *path)
{
    size_t n = strlen(path);
    bool is_json = n > 5 && !strcmp(path + n - 5, ".json");
    return text("%.*s.txt", (int)(is_json ? n - 5 : n), path);
}

static const char *document_path(const struct options *o)
{
    return o->out ? o->out : GATE_RUN;
}

/* Writes the document of what was measured, all of it or, after Ctrl-C, what was finished. */
static int keep_document(const struct options *o, const struct result *now)
{
    int rc = result_write(now, document_path(o));
    if (rc)
        complain("cannot write %s: %s", document_path(o), strerror(-rc));
    else
        fprintf(stderr, "wrote %s\n", document_path(o));
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}

/* Writes the values as a baseline to accept: only of a run that is whole. */
static int keep_values(const struct options *o, FILE *out, const struct baseline *values)
{
    char *date = utc_now("%Y-%m-%dT%H:%M:%SZ"), *text_path = values_path(document_path(o));
    int rc = baseline_write(values, date, "(not accepted)", text_path);
    if (rc)
        complain("cannot write %s: %s", text_path, strerror(-rc));
    char *digest = baseline_digest(values);
    fprintf(out, "# measured: %s, digest %s\n", text_path, digest ? digest : "unknown");
    free(digest);
    free(date);
    free(text_path);
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}

/* What can be known to be wrong before anything runs. */
static int check_files(struct options *o)
{
    int status = places_check((const char *const[]){document_path(o), o->junit, o->markdown}, 3);
    struct machine m = o->plan.machine;
    m.build = o->against;
    for (int c = 0; c < COLUMNS && o->against && status == EXIT_OK; c++) {
        char *missing = o->plan.columns[c] ? machine_missing(&m, c) : NULL;
        if (missing)
            status = usage_error("nothing to compare with: %s", missing);
        free(missing);
    }
    return status;
}

static int base_get(struct options *o, struct baseline *base)
{
    static struct result r;
    if (!o->against)
        return baseline_read(base, o->baseline) ? EXIT_NO_BASE : EXIT_OK;
    int status = gate_run(o, o->against, &r, base);
    result_free(&r);
    return status;
}

static int judge(struct options *o, FILE *out, struct baseline *base, const struct baseline *values,
                 struct verdict_list *list)
{
    int status = base_get(o, base);
    if (status != EXIT_OK)
        return status;
    keep_asked(base, &o->plan);
    return gate_judge(out, base, values,
                      &(struct gate_rules){o->tolerance, o->is_strict, o->against,
                                           o->plan.machine.build, o->junit, o->markdown},
                      list);
}

static void print_json(const struct options *o, const struct verdict_list *list, int status,
                       const struct baseline *values, const char *lines)
{
    char *digest = status == EXIT_NOT_RUN || status == EXIT_DIFFERENT ? NULL : baseline_digest(values);
    verdicts_to_json(stdout, list,
                     &(struct verdict_frame){"gate", digest, status, o->tolerance, lines});
    free(digest);
}

int verb_gate(struct options *o)
{
    static struct result now;
    static struct baseline base, values;
    static struct verdict_list list;
    struct said said;
    if (!o->suite)
        o->suite = (char *)"quick,hyper";
    int status = plan_make(o, "vantage"), kept;
    if (status == EXIT_OK)
        status = check_files(o);
    if (status != EXIT_OK)
        return status;
    said_open(&said, o->wants_json);
    status = gate_run(o, o->plan.machine.build, &now, &values);
    kept = keep_document(o, &now);
    if (status == EXIT_OK)
        status = kept;
    if (status == EXIT_OK)
        status = keep_values(o, said.out, &values);
    if (status == EXIT_OK)
        status = judge(o, said.out, &base, &values, &list);
    const char *lines = said_close(&said);
    if (o->wants_json)
        print_json(o, &list, status, &values, lines);
    said_free(&said);
    result_free(&now);
    baseline_free(&base);
    baseline_free(&values);
    return status;
}
