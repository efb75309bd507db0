/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this machine fit for `vbench run`? One line per question, with what to do where the answer is
 * no.
 */
#ifndef BENCH_VBENCH_DOCTOR_H
#define BENCH_VBENCH_DOCTOR_H

#include "bench/vbench/machine.h"

/* Prints the answers, as lines or as JSON (results/doctor.schema.json); EXIT_OK, or EXIT_NOT_RUN if the
 * native and vantage columns cannot run. */
int doctor_print(const struct machine *m, bool as_json);

#endif
