/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual machine of each column: which files it boots and QEMU's command line.
 *
 * Deterministic mode, unless machine.wall: one CPU, one instruction = one nanosecond of virtual time, a fixed date and
 * seed, no device that the host's time could reach. Two runs print the same bytes.
 */
#ifndef BENCH_VBENCH_MACHINE_H
#define BENCH_VBENCH_MACHINE_H

#include "bench/vbench/result.h"

struct machine {
    const char *qemu;    /* program to run */
    const char *build;   /* folder with vantage, guests/ */
    enum suite_id suite; /* whose kernel and initrd are booted */
    unsigned seed;       /* of what must not matter (bench/micro/choose.c); 0: nothing is moved */
    bool wall;           /* no instruction clock: the host's time passes, and the CPU has a thread of its own */
};

/* One start of it. */
enum launch_kind {
    LAUNCH_TOGETHER, /* boots and runs `what` */
    LAUNCH_SAVED,    /* boots, and stops where it is to be saved */
    LAUNCH_RESTORED, /* goes on from there with `what` */
};

struct launch {
    enum launch_kind kind;
    const char *what; /* names or a suite, joined by + */
    const char *addresses, *events; /* what to count and where to, or NULL */
    const char *trace; /* where a traced machine's rings are written to at its end, or NULL */
};

enum { MACHINE_ARGS_MAX = 60, MACHINE_MONITOR_FD = 3 };

/* Does the column exist in the machine's suite at all? */
bool machine_has(const struct machine *m, enum column_id column);

/* Is the column part of a run that names none? */
bool column_runs_unasked(enum column_id column);

/* Has it the functions whose entries are counted as events? */
bool machine_counts_events(enum column_id column);

/* Does its hypervisor record, and write its rings to a port when the machine ends? */
bool machine_is_traced(enum column_id column);

/* Makes the boot module of a seed, which is the same with zeroes behind it, before its machine boots; 0 or
 * -errno. */
int machine_pad(const struct machine *m, enum column_id column);

/* What the suite boots, under `build`; no initrd: NULL. To free. */
char *machine_kernel(const struct machine *m);
char *machine_initrd(const struct machine *m, enum column_id column);

/* The file a column needs beside kernel and initrd, under `build`; NULL for native. To free. */
char *machine_hypervisor(const struct machine *m, enum column_id column);

/* What keeps this column from running, as one sentence to free, or NULL. */
char *machine_missing(const struct machine *m, enum column_id column);

/* QEMU's arguments; NULL-terminated, to be freed with machine_argv_free. A machine that is saved or
 * restored has its monitor on descriptor MACHINE_MONITOR_FD. */
char **machine_argv(const struct machine *m, enum column_id column, const struct launch *launch);
void machine_argv_free(char **argv);

/* The arguments as one line a shell understands, to free. */
char *machine_command(char *const argv[]);

#endif
