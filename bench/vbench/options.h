/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line: options.def and verbs.def as the verbs see them.
 */
#ifndef BENCH_VBENCH_OPTIONS_H
#define BENCH_VBENCH_OPTIONS_H

#include "bench/vbench/run.h"

#define PAPER_DIR "results/paper"
#define GOALS     "results/targets.json"
#define GATE_RUN  "build/gate/run.json"

struct options {
    struct run_plan plan;
    char *columns, *suite, *out, *baseline, *against, *reason, *junit, *markdown;
    char *good, *bad, *events;
    bool is_strict, wants_report, wants_json;
    unsigned seeds, rounds;
    double tolerance; /* a part of one */
    char **names;     /* what is left on the command line */
    int name_count;
};

/* Declares verb_<name>(); each returns what vbench is to exit with (enum exit_status). */
#define VERB(name, ...) int verb_##name(struct options *o);
#include "bench/vbench/verbs.def"

struct verb {
    const char *name, *arguments, *meaning, *options, *notes;
    int (*act)(struct options *o);
};

/* The verb of this name, or NULL. */
const struct verb *verb_find(const char *name);

/* Reads the verb's command line into `o`: true, or false with the status to exit with, since it was a
 * call for help or wrong. */
bool options_parse(struct options *o, const struct verb *verb, int argc, char **argv, int *status);

/* The help of one verb, or of all with NULL. */
void help_print(const struct verb *verb);

/* Complains and returns EXIT_USAGE. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A time (UTC) in strftime's format, to free. */
char *utc_now(const char *format);

#endif
