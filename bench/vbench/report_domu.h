/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report's section on domUs: the columns vantage-domu and xen-domu beside native.
 *
 * Invariant: [domu.one] every row comes whole from one document, the newest that has it in a domU.
 */
#ifndef BENCH_VBENCH_REPORT_DOMU_H
#define BENCH_VBENCH_REPORT_DOMU_H

#include "bench/vbench/study.h"

#include <stdio.h>

/* Writes the section; nothing where no document has a domU's column. */
void write_domu(FILE *out, const struct study *s);

#endif
