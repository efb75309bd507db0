/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Speaks QEMU's machine protocol (QMP, QEMU's docs/interop) to save a machine where its guest stopped it
 * (bench/micro/choice.h), or to restore one and let it go on:
 *
 *      save     greeting ──► wait for STOP ──► migrate to a file ──► quit
 *      restore  greeting ──► migrate from the file ──► cont
 *
 * A migration of a stopped machine is exact: two machines restored from one file print the same bytes.
 */
#ifndef BENCH_VBENCH_MONITOR_H
#define BENCH_VBENCH_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

struct monitor {
    int fd;            /* our end of the socket, -1: there is none */
    const char *state; /* the file the machine is kept in */
    bool saves;        /* rather than restores */
    bool is_asked;     /* the migration was begun */
    bool is_done;      /* the machine was saved, or runs again */
    char *wrong;       /* what QEMU refused, to free, or NULL */
    char buffer[8192]; /* the line being read */
    size_t used;
};

/* Takes what QEMU says and answers it; false at its end or when something is wrong. */
bool monitor_read(struct monitor *m);

void monitor_close(struct monitor *m);

#endif
