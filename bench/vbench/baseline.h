/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a gate measured, and what it compares with, as sorted text that reads well in a diff.
 *
 *     vbench-baseline/2                        then date, commit, reason, qemu, kernel, initrd
 *     vantage null_call 440.006 440.006 441.1  column, row, instructions per operation: median, lowest
 *                                              and highest of the seeds
 *     vantage null_call/hc_iret 3 3 3          how often that happened in the row's run, likewise
 *     digest <sha256>                          of all lines above
 *
 * [baseline.whole] a file whose digest line does not fit its lines is refused: it was cut, or edited
 * by hand. Only baseline_write() makes one.
 */
#ifndef BENCH_VBENCH_BASELINE_H
#define BENCH_VBENCH_BASELINE_H

#include "bench/vbench/result.h"

/* Of the runs with all seeds; NAN: there is none. */
struct band {
    double median, low, high;
};

struct event_bands {
    unsigned n;
    struct event_band {
        char name[EVENT_NAME_MAX];
        struct band count;
    } of[EVENTS_MAX];
};

struct baseline {
    char *commit, *qemu, *kernel_sha256, *initrd_sha256;
    struct band value[COLUMNS][ROWS]; /* instructions per operation */
    struct event_bands *events[COLUMNS][ROWS]; /* NULL: none were counted */
};

/* The bands of `n` runs, the environment of the first; subtracted rows and those they serve both
 * count. */
void baseline_of(const struct result *runs, unsigned n, struct baseline *b);

/* Of an event that a row's list does not have: 0. */
struct band event_band(const struct event_bands *list, const char *name);

/* Puts into `b` what `newer` has beside it. Its environment must be the same. */
void baseline_merge(struct baseline *b, struct baseline *newer);

/* Writes it with a date and a reason, which is one line; 0 or -errno. */
int baseline_write(const struct baseline *b, const char *date, const char *reason, const char *path);

/* SHA-256 of the values alone, to free: two runs that measured the same have the same. */
char *baseline_digest(const struct baseline *b);

/* Makes it one without any value. */
void baseline_clear(struct baseline *b);

/* Reads one; complains and returns -ENOENT where there is none, -EINVAL where it is not whole. */
int baseline_read(struct baseline *b, const char *path);

/* Why `now` cannot be compared with `base`, to free; NULL if it can: each kernel and image of it is
 * among those of the base, which may have more (several suites are joined by +). */
char *baseline_mismatch(const struct baseline *base, const struct baseline *now);

void baseline_free(struct baseline *b);

#endif
