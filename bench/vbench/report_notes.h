/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What BENCHMARKS.md says beside its tables: how to read them, what is left, what was timed, on what.
 */
#ifndef BENCH_VBENCH_REPORT_NOTES_H
#define BENCH_VBENCH_REPORT_NOTES_H

#include "bench/vbench/study.h"

#include <stdio.h>

void write_how_to_read(FILE *out);

/* The rows above half of Xen's overhead or above their goal, and what they still spend; nothing without
 * remaining.json. */
void write_remaining(FILE *out, const struct study *s);

void write_paper_notes(FILE *out);
void write_definitions(FILE *out, const struct study *s);

/* The documents, what QEMU was told to run, and how to make this page again. */
void write_documents(FILE *out, const struct study *s);

#endif
