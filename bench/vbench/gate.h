/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdict on a change: is any row slower than what is recorded, in exact instructions, or does it
 * ask the hypervisor for more?
 */
#ifndef BENCH_VBENCH_GATE_H
#define BENCH_VBENCH_GATE_H

#include "bench/vbench/baseline.h"
#include "bench/vbench/verdicts.h"

#include <stdio.h>

struct gate_rules {
    double tolerance;      /* part of one a row may be slower */
    bool is_strict;        /* a row that got faster by more than that must be recorded, too */
    const char *was, *now; /* the two build folders, to explain by; NULL: not known */
    const char *junit, *markdown; /* files to write, too, or NULL */
};

/* Judges `now` against `base` and prints TAP, each failure with its reasons below it. Fills the list with
 * all verdicts. EXIT_OK, EXIT_REGRESSION, EXIT_IMPROVED (strict), or EXIT_NO_BASE where the two have
 * nothing in common. */
int gate_judge(FILE *out, const struct baseline *base, const struct baseline *now,
               const struct gate_rules *rules, struct verdict_list *list);

#endif
