/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A result document: what one `vbench run` found, and its form on disk (results/README.md).
 */
#ifndef BENCH_VBENCH_RESULT_H
#define BENCH_VBENCH_RESULT_H

#include "bench/vbench/event.h"
#include "bench/vbench/suite.h"

#include <stdio.h>

enum column_id {
#define COLUMN(id, ...) COLUMN_##id,
#include "bench/columns.def"
    COLUMNS
};

/* What a user types, what a report calls it, and what it is. */
extern const char *const column_names[COLUMNS], *const column_titles[COLUMNS], *const column_meanings[COLUMNS];

/* The column of this name, or -1. */
int column_find(const char *name);

enum verdict { UNKNOWN, IDENTICAL, DIFFERENT };

struct column {
    bool asked;           /* the run was to have this column */
    char *reason;         /* NULL: complete; else one sentence that says what is wrong */
    double wall_s;        /* host seconds; the only number here that varies */
    enum verdict repeat;  /* did a second run print the same console, byte for byte? */
    char *console_sha256; /* of the whole console */
    char *binary_sha256;  /* of what QEMU was told to boot */
    char *command;        /* QEMU's command line */
    struct metric metrics[ROWS];
    char *skipped[ROWS];             /* why this kernel cannot run the row, or NULL */
    struct event_list *events[ROWS]; /* what was counted, or NULL */
    struct event_list *counters[ROWS]; /* what the host's counters said of the row, or NULL */
};

struct result {
    char *suite, *date, *commit, *qemu, *host, *kernel_sha256, *initrd_sha256;
    struct column columns[COLUMNS];
};

/* Writes the document as one step; 0 or -errno. */
int result_write(const struct result *r, const char *path);

/* Prints the document. */
void result_print(FILE *out, const struct result *r);

/* Reads a document; on failure complains in one sentence and returns -EINVAL or -ENOENT. */
int result_read(struct result *r, const char *path);

void result_free(struct result *r);

#endif
