/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual machine of each column: which files it boots and QEMU's command line.
 *
 * Deterministic mode: one CPU, one instruction = one nanosecond of virtual time, a fixed date and
 * seed, no device that the host's time could reach. Two runs print the same bytes.
 */
#ifndef BENCH_VBENCH_MACHINE_H
#define BENCH_VBENCH_MACHINE_H

#include "bench/vbench/result.h"

struct machine {
    const char *qemu;    /* program to run */
    const char *build;   /* folder with vantage, guests/ */
    enum suite_id suite; /* whose kernel and initrd are booted */
};

enum { MACHINE_ARGS_MAX = 40 };

/* What the suite boots, under `build`; no initrd: NULL. To free. */
char *machine_kernel(const struct machine *m);
char *machine_initrd(const struct machine *m, enum column_id column);

/* The file a column needs beside kernel and initrd, under `build`; NULL for native. To free. */
char *machine_hypervisor(const struct machine *m, enum column_id column);

/* What keeps this column from running, as one sentence to free, or NULL. */
char *machine_missing(const struct machine *m, enum column_id column);

/* QEMU's arguments for running `what` (names or a suite, joined by +); NULL-terminated, to be freed
 * with machine_argv_free. */
char **machine_argv(const struct machine *m, enum column_id column, const char *what);
void machine_argv_free(char **argv);

/* The arguments as one line a shell understands, to free. */
char *machine_command(char *const argv[]);

#endif
