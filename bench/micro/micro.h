/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the micro benchmarks share: the clock and the one way to fail.
 *
 * A benchmark is a function of suite.def's name that does `iterations` operations and returns the
 * time they took, in ticks of the clock; setting up and cleaning up stay outside what it times.
 */
#ifndef BENCH_MICRO_MICRO_H
#define BENCH_MICRO_MICRO_H

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>

#define HYPER(...)
#define BENCH(name, ...) uint64_t bench_##name(unsigned iterations);
#include "bench/suite.def"

/* Ticks of the time stamp counter; nanoseconds, hence instructions, in deterministic mode. */
static inline uint64_t clock_now(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* Ends the program with errno's text unless `ok`; a benchmark that cannot run must not print. */
void must(bool ok, const char *what);

/* Leaves the benchmark that is running: this kernel has not what it needs. */
void skip(const char *why) __attribute__((noreturn));

/* Waits for the child and insists that it exited with `status`. */
void must_exit(int pid, int status);

/* A new, empty, already unlinked file of `bytes` zero bytes, all in the page cache. */
int file_make(size_t bytes);

/* A TCP connection on the loopback interface, both ends with TCP_NODELAY. */
void tcp_pair(int fd[2]);

#endif
