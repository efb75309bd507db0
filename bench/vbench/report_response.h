/* SPDX-License-Identifier: BSD-2-Clause */
/* How soon a domain answers beside many that compute: section 4.5 of the paper. */
#ifndef BENCH_VBENCH_REPORT_RESPONSE_H
#define BENCH_VBENCH_REPORT_RESPONSE_H

#include <stdio.h>

/* A paragraph and a table from results/response.json; nothing where there is none. */
void write_response(FILE *out);

#endif
