/* SPDX-License-Identifier: BSD-2-Clause */
/* What the counting plugin wrote (bench/plugin/count.c): instructions between two readings of the clock. */
#ifndef VTRACE_EXPLAIN_COUNTS_H
#define VTRACE_EXPLAIN_COUNTS_H

#include "trace/vtrace/explain/tally.h"

struct interval {
    uint64_t total, user, kernel, hypervisor;
    struct tally kernel_functions, functions; /* of the guest kernel, where counted; of the hypervisor */
    struct tally visits, visited;             /* how often, and instructions in them: "FUNCTION ORIGIN" */
    struct tally rows;                        /* of the hypervisor (rows.h) */
};

struct counts {
    struct interval *intervals;
    size_t count;
};

/* Fails with a sentence when the file cannot be read or is not the plugin's. */
void counts_read(struct counts *c, const char *path);
void counts_free(struct counts *c);

#endif
