/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts by name, of functions, visits or rows. Names are the tally's own copies. */
#ifndef VTRACE_EXPLAIN_TALLY_H
#define VTRACE_EXPLAIN_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct count {
    char *name;
    uint64_t n;
};

struct tally {
    struct count *counts;
    size_t count;
};

void tally_append(struct tally *t, const char *name, uint64_t n); /* a name that it has not yet */
void tally_add(struct tally *t, const char *name, uint64_t n);
uint64_t tally_of(const struct tally *t, const char *name); /* 0: it has no such name */
void tally_free(struct tally *t);

#endif
