/* SPDX-License-Identifier: BSD-2-Clause */
/* What a domain loses by the worst its neighbours can do: the paper's experiment, and the hostile guest's. */
#ifndef BENCH_VBENCH_REPORT_ISOLATION_H
#define BENCH_VBENCH_REPORT_ISOLATION_H

#include <stdio.h>

/* From results/isolation.json; nothing where there is none. */
void write_isolation(FILE *out);

#endif
