/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vbench wants from the machine it runs on: messages, files, other programs, a clock.
 */
#ifndef BENCH_VBENCH_HOST_H
#define BENCH_VBENCH_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What vbench exits with; the largest problem wins. */
enum exit_status {
    EXIT_OK = 0,
    EXIT_REGRESSION = 1, /* compare, gate: something got slower */
    EXIT_USAGE = 2,      /* the command line, or a file it names */
    EXIT_NOT_RUN = 3,    /* a column could not run or did not finish */
    EXIT_DIFFERENT = 4,  /* two runs that must be identical are not */
    EXIT_NO_BASE = 5,    /* gate: no baseline, or not of this environment */
    EXIT_IMPROVED = 6,   /* gate --strict: something got faster and is not recorded */
    EXIT_INTERRUPTED = 130,
};

/* Prints `vbench: <one sentence>` on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A formatted string to free; does not return on lack of memory. */
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Seconds on a clock that never goes back. */
double seconds_now(void);

/* The first line a command prints, to free; NULL when it cannot run or fails. */
char *capture(char *const argv[]);

/* SHA-256 of a file as hex digits, to free; NULL when it cannot be read. */
char *file_sha256(const char *path);

/* Makes the folders a file needs; 0 or -errno. */
int parents_make(const char *path);

/* Could file_replace() put a file there, its folders made? 0 or -errno. */
int place_check(const char *path);

/* Replaces `path` by these bytes as one step: a reader sees the old or the new file; 0 or -errno.
 */
int file_replace(const char *path, const char *bytes, size_t length);

#endif
