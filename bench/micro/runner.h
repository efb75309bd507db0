/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the runner (main.c) wants from a program's rows.c, and what it gives to the benchmarks: the
 * clock and the one way to fail.
 *
 * A benchmark is a function of suite.def's name that does `iterations` operations and returns the
 * time they took, in ticks of the clock; setting up and cleaning up stay outside what it times.
 */
#ifndef BENCH_MICRO_RUNNER_H
#define BENCH_MICRO_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench {
    const char *name, *suite, *table;
    unsigned iterations,
        samples; /* several samples follow an untimed warm-up, a single one does not */
    uint64_t (*run)(unsigned iterations);
};

extern const char program_name[];
extern const struct bench benches[];
extern const size_t bench_count;

/* Ticks of the time stamp counter; nanoseconds, hence instructions, in deterministic mode. */
static inline uint64_t clock_now(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* Ends the program with errno's text unless `ok`; a benchmark that cannot run must not print. */
void must(bool ok, const char *what);

/* Leaves the running benchmark: this kernel lacks what it needs. */
void skip(const char *why) __attribute__((noreturn));

/* Waits for the child and insists that it exited with `status`. */
void must_exit(int pid, int status);

#endif
