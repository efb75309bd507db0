/* SPDX-License-Identifier: BSD-2-Clause */
/* A verb: what the user typed, and the function that does it (verbs.def). */
#ifndef VTRACE_VERB_H
#define VTRACE_VERB_H

struct options;

struct verb {
    const char *name;
    int (*run)(const struct options *o); /* returns the exit status */
    int at_least, at_most;               /* paths */
    const char *options, *arguments, *meaning, *example;
};

#define VERB(function, ...) int verb_##function(const struct options *o);
#include "trace/vtrace/verbs.def"
#undef VERB

#endif
