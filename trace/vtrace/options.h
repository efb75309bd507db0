/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user asked for: options by their letter (options.def), and the paths behind them. */
#ifndef VTRACE_OPTIONS_H
#define VTRACE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct verb;

struct options {
    const char *value[128]; /* by letter; NULL: not given; "": given, takes no argument */
    char **paths;           /* as many as the verb takes; a command after `--` is here too */
    int path_count;
};

/* Reads the options of a command line, all letters allowed; the paths begin with the verb's words. */
void options_read(struct options *o, int argc, char **argv);

/* Fails when an option is not the verb's, or the number of paths is wrong. */
void options_check(const struct options *o, const struct verb *v);

bool option_given(const struct options *o, char letter);
const char *option_text(const struct options *o, char letter); /* NULL: not given */

/* A number of 0 or more; `missing` when it is not given. Fails when it is no number. */
uint64_t option_number(const struct options *o, char letter, uint64_t missing);

/* One line for each option in `letters`. */
void options_help(FILE *out, const char *letters);

#endif
