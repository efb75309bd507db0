/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two result documents, row by row.
 */
#ifndef BENCH_VBENCH_COMPARE_H
#define BENCH_VBENCH_COMPARE_H

#include "bench/vbench/verdicts.h"

#include <stdio.h>

/* Each of a's columns with b's of the same name. */
enum { SAME_COLUMNS = COLUMNS };

/* Compares column `from` of a with column `to` of b, or SAME_COLUMNS for both.
 * Prints the rows whose samples differ; EXIT_REGRESSION if one of b's values is more than
 * `tolerance` (a part of one) above a's or is missing, EXIT_USAGE if nothing can be compared. All rows
 * are in the list. */
int compare_print(FILE *out, const struct result *a, const struct result *b, int from, int to,
                  double tolerance, struct verdict_list *list);

#endif
