/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why rows got slower from one build of the hypervisor to another: the functions whose code changed,
 * and where the instructions of these rows went (bench/explain).
 */
#ifndef BENCH_VBENCH_GATE_EXPLAIN_H
#define BENCH_VBENCH_GATE_EXPLAIN_H

#include "bench/vbench/suite.h"

#include <stdio.h>

/* Prints comment lines of TAP. `was` and `now` are build folders. */
void gate_explain(FILE *out, const char *was, const char *now, const struct selection *rows);

#endif
