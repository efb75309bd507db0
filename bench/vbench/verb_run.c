/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/counters.h"
#include "bench/vbench/host.h"
#include "bench/vbench/paper.h"
#include "bench/vbench/plan.h"
#include "bench/vbench/publish.h"
#include "bench/vbench/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *result_path(const struct options *o)
{
    return o->out          ? text("%s", o->out)
           : o->name_count ? utc_now("results/chosen-%Y%m%dT%H%M%SZ.json")
                           : utc_now("results/%Y%m%dT%H%M%SZ.json");
}

static int result_keep(const struct result *r, const char *path)
{
    int rc = result_write(r, path);
    if (rc)
        complain("cannot write %s: %s", path, strerror(-rc));
    else
        fprintf(stderr, "wrote %s\n", path);
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}

int verb_run(struct options *o)
{
    static struct result result;
    static struct paper paper;
    if (!o->suite)
        o->suite = (char *)"quick";
    int status = plan_make(o, NULL), other;
    char *path = result_path(o);
    if (status == EXIT_OK)
        status = places_check((const char *const[]){path}, 1);
    if (status != EXIT_OK) {
        free(path);
        return status;
    }
    environment_fill(&result, o);
    if (o->events)
        o->plan.counters = counters_possible(o->events);
    status = run_columns(&o->plan, &result, NULL);
    paper_read(&paper, PAPER_DIR);
    goals_read(&paper, GOALS);
    if (o->wants_json) {
        result_print(stdout, &result);
    } else {
        table_print(stdout, &result, &paper);
        counts_print(stdout, &result);
    }
    other = result_keep(&result, path);
    if (o->wants_report && other == EXIT_OK && status != EXIT_INTERRUPTED)
        other = publish_run(path);
    free(path);
    result_free(&result);
    free(o->plan.counters);
    return status ? status : other;
}
