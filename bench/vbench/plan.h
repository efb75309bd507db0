/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a command line to a plan: which rows on which columns; and what a run's document says about
 * its surroundings.
 */
#ifndef BENCH_VBENCH_PLAN_H
#define BENCH_VBENCH_PLAN_H

#include "bench/vbench/options.h"

/* Fills o->plan's rows and columns from names, --suite and --columns; EXIT_OK, or a complaint and
 * EXIT_USAGE. Columns not named: those of `columns`, or with NULL all that run unasked and can run the
 * rows. */
int plan_make(struct options *o, const char *columns);

/* Can these `n` files (NULL: none) be written? If not, complains and returns EXIT_USAGE. To be called
 * before anything is measured. */
int places_check(const char *const paths[], size_t n);

/* Date, commit, QEMU, kernel and image of a run. */
void environment_fill(struct result *r, const struct options *o);

#endif
