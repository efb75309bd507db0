/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verdicts of gate and compare as files for others: JUnit XML for CI, Markdown for a pull request,
 * JSON (results/verdict.schema.json).
 */
#ifndef BENCH_VBENCH_VERDICTS_H
#define BENCH_VBENCH_VERDICTS_H

#include "bench/vbench/result.h"

#include <stdio.h>

struct verdict_row {
    enum column_id column;
    enum row_id row;
    bool is_cap;    /* `was` is what it may not be above, whatever it was */
    double was, is; /* instructions per operation; `is` may be NAN */
    bool fails, is_faster;
};

struct verdict_list {
    struct verdict_row row[(COLUMNS + 1) * ROWS];
    unsigned n, failed;
};

/* How they came about. */
struct verdict_frame {
    const char *verb, *digest; /* of what was measured, or NULL */
    int status;                /* what vbench exits with */
    double tolerance;          /* a part of one */
    const char *lines;         /* what is printed without --json */
};

void verdict_add(struct verdict_list *list, const struct verdict_row *row);

/* Write the list to `path`; 0 or a complaint and -errno. The title is a word for who judged. */
int verdicts_to_junit(const struct verdict_list *list, const char *path);
int verdicts_to_markdown(const struct verdict_list *list, const char *title, const char *path);

void verdicts_to_json(FILE *out, const struct verdict_list *list, const struct verdict_frame *frame);

#endif
