/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/gate.h"
#include "bench/vbench/host.h"
#include "bench/vbench/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs the plan twice with the hypervisor of this build folder; the values are in `values`. */
static int gate_run(struct options *o, const char *build, struct result *r, struct baseline *values)
{
    struct run_plan plan = o->plan;
    plan.twice = true;
    plan.machine.build = build;
    memset(r, 0, sizeof *r);
    environment_fill(r, o);
    int status = run_columns(&plan, r);
    baseline_of(r, values);
    for (int c = 0; c < COLUMNS; c++)
        if (r->columns[c].asked && r->columns[c].reason)
            complain("%s: %s", column_names[c], r->columns[c].reason);
    return status;
}

static int gate_base(struct options *o, struct baseline *base)
{
    static struct result r;
    if (!o->against)
        return baseline_read(base, o->baseline) ? EXIT_NO_BASE : EXIT_OK;
    int status = gate_run(o, o->against, &r, base);
    result_free(&r);
    return status;
}

static int gate_verdict(struct options *o, const struct baseline *base, const struct result *now,
                        const struct baseline *values)
{
    const char *path = o->out ? o->out : GATE_RUN;
    int rc = result_write(now, path);
    if (rc)
        complain("cannot write %s: %s", path, strerror(-rc));
    int status = gate_judge(stdout, base, values,
                            &(struct gate_rules){o->tolerance, o->is_strict, o->against,
                                                 o->plan.machine.build, o->junit, o->markdown});
    return status ? status : rc ? EXIT_NOT_RUN : EXIT_OK;
}

/* Rows that were not asked for are not missed. */
static void keep_asked(struct baseline *base, const struct run_plan *plan)
{
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++)
            if (!plan->columns[c] || !plan->rows.has[i])
                base->value[c][i] = NAN;
}

int verb_gate(struct options *o)
{
    static struct result now;
    static struct baseline base, values;
    int status = plan_make(o, "vantage");
    if (status != EXIT_OK || (status = gate_base(o, &base)) != EXIT_OK)
        return status;
    keep_asked(&base, &o->plan);
    status = gate_run(o, o->plan.machine.build, &now, &values);
    if (status == EXIT_OK)
        status = gate_verdict(o, &base, &now, &values);
    result_free(&now);
    baseline_free(&base);
    baseline_free(&values);
    return status;
}
