/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vbench: runs the benchmarks of bench/suite.def on each column, compares, gates, reports. What it
 * can do stands in verbs.def, how its verbs are told in options.def.
 */
#include "bench/vbench/host.h"
#include "bench/vbench/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What was printed must have arrived: a full disk behind `>` is a failure, too. */
static int status_of(int status)
{
    if (!fflush(stdout) && !ferror(stdout))
        return status;
    complain("cannot write the standard output: %s", strerror(errno));
    return status ? status : EXIT_NOT_RUN;
}

int main(int argc, char **argv)
{
    struct options o;
    int status;
    setvbuf(stdout, NULL, _IOLBF, 0); /* in order with what stderr gets, in one log, too */
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help")) {
        help_print(NULL);
        return argc < 2 ? EXIT_USAGE : EXIT_OK;
    }
    const struct verb *verb = verb_find(argv[1]);
    if (!verb)
        return usage_error("there is no verb %s", argv[1]);
    if (!verb->options)
        return verb->act(&(struct options){.names = argv + 1, .name_count = argc - 1});
    return status_of(options_parse(&o, verb, argc - 1, argv + 1, &status) ? verb->act(&o) : status);
}
