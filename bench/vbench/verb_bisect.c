/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search itself is bench/bisect, which calls this program's gate for each revision.
 */
#include "bench/vbench/host.h"
#include "bench/vbench/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char script[] = "bench/bisect";

int verb_bisect(struct options *o)
{
    if (!o->good)
        return usage_error("bisect wants --good REV, a revision that passes");
    if (o->name_count == 0)
        return usage_error("bisect wants the benchmarks to judge by");
    for (int i = 0; i < o->name_count; i++)
        if (row_find(o->names[i]) == ROW_NONE)
            return usage_error("there is no benchmark called %s (vbench list)", o->names[i]);
    char **argv = calloc(o->name_count + 4, sizeof *argv);
    if (!argv)
        return EXIT_NOT_RUN;
    argv[0] = text("%s", script);
    argv[1] = o->good;
    argv[2] = o->bad;
    memcpy(argv + 3, o->names, o->name_count * sizeof *argv);
    execv(script, argv);
    complain("cannot run %s: %s; vbench runs at the top of the source tree", script, strerror(errno));
    return EXIT_NOT_RUN;
}
