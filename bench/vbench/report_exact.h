/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the report says of its own exactness: the gate's baseline, and the terms that rows subtract.
 */
#ifndef BENCH_VBENCH_REPORT_EXACT_H
#define BENCH_VBENCH_REPORT_EXACT_H

#include "bench/vbench/study.h"

#include <stdio.h>

/* How many rows and events the gate judges, by how far seeds move them, and which the most; nothing
 * without a baseline. */
void write_exactness(FILE *out, const struct study *s);

/* The rows that exist to be subtracted, folded; nothing where none was measured. */
void write_terms(FILE *out, const struct study *s);

#endif
