/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verdicts of gate and compare as files for others: JUnit XML for CI, Markdown for a pull request.
 */
#ifndef BENCH_VBENCH_GATE_FILE_H
#define BENCH_VBENCH_GATE_FILE_H

#include "bench/vbench/result.h"

struct verdict_row {
    enum column_id column;
    enum row_id row;
    double was, is; /* instructions per operation; `is` may be NAN */
    bool fails, is_faster;
};

struct verdict_list {
    struct verdict_row row[COLUMNS * ROWS];
    unsigned n, failed;
};

/* Write the list to `path`; 0 or a complaint and -errno. The title is a word for who judged. */
int verdicts_to_junit(const struct verdict_list *list, const char *path);
int verdicts_to_markdown(const struct verdict_list *list, const char *title, const char *path);

#endif
