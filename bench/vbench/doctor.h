/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this machine fit for `vbench run`? One line per question, with what to do where the answer is
 * no.
 */
#ifndef BENCH_VBENCH_DOCTOR_H
#define BENCH_VBENCH_DOCTOR_H

#include "bench/vbench/machine.h"

/* Prints the answers; EXIT_OK, or EXIT_NOT_RUN if the native and vantage columns cannot run. */
int doctor_print(const struct machine *m);

#endif
