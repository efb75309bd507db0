/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/host.h"
#include "bench/vbench/plan.h"
#include "bench/vbench/wall.h"

#include <stdio.h>
#include <stdlib.h>

int verb_wall(struct options *o)
{
    static struct result boots, rounds[ROUNDS_MAX];
    static struct wall wall;
    if (!o->suite)
        o->suite = (char *)"quick";
    int status = plan_make(o, "native,vantage,xen,xen-fast");
    if (status != EXIT_OK)
        return status;
    if (!o->plan.columns[COLUMN_VANTAGE] || !(o->plan.columns[COLUMN_XEN] || o->plan.columns[COLUMN_XEN_FAST]))
        return usage_error("wall compares vantage with xen, or xen-fast: --columns must name them");
    o->plan.machine.wall = true;
    for (int i = 0; i < ROWS; i++)
        o->plan.rows.has[i] &= row_is_shown(i);
    o->plan.jobs = 1;
    o->plan.seeds = o->rounds;
    status = run_columns(&o->plan, &boots, rounds);
    environment_fill(&boots, o);
    wall = (struct wall){.commit = boots.commit, .host = boots.host};
    wall_judge(&o->plan, rounds, &wall);
    if (o->wants_json)
        wall_json(stdout, &wall);
    else
        wall_print(stdout, &o->plan, &wall);
    result_free(&boots);
    for (unsigned i = 0; i < o->rounds; i++)
        result_free(&rounds[i]);
    return status ? status : wall_is_slower(&wall) ? EXIT_REGRESSION : EXIT_OK;
}
