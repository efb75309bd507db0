/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a gate compares with: the exact values of one run as sorted text that reads well in a diff.
 *
 *     vbench-baseline/1            then date, commit, reason, qemu, kernel, initrd: one line each
 *     vantage null_call 716.000    column, row, instructions per operation
 *     digest <sha256>              of all lines above
 *
 * [baseline.whole] a file whose digest line does not fit its lines is refused: it was cut, or edited
 * by hand. Only baseline_write() makes one.
 */
#ifndef BENCH_VBENCH_BASELINE_H
#define BENCH_VBENCH_BASELINE_H

#include "bench/vbench/result.h"

struct baseline {
    char *commit, *qemu, *kernel_sha256, *initrd_sha256;
    double value[COLUMNS][ROWS]; /* instructions per operation, NAN: none */
};

/* The values of a run; subtracted rows and the rows they serve both count. */
void baseline_of(const struct result *r, struct baseline *b);

/* Writes the values of `r` with today's `date`; 0 or -errno. `reason` is one line. */
int baseline_write(const struct result *r, const char *date, const char *reason, const char *path);

/* Reads one; complains and returns -ENOENT where there is none, -EINVAL where it is not whole. */
int baseline_read(struct baseline *b, const char *path);

/* Why runs in these two environments cannot be compared, to free; NULL if they can. */
char *baseline_mismatch(const struct baseline *a, const struct baseline *b);

void baseline_free(struct baseline *b);

#endif
