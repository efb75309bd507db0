/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypervisor's primitives, timed from a guest without an operating system. A benchmark is a
 * function of suite.def's name that does `iterations` operations and returns the ticks they took; one of
 * memory returns bytes, or 0 where the hypervisor does not say.
 */
#ifndef HYPER_H
#define HYPER_H

#include "../lib/hypercall.h"

#define HYPER(name, ...)  u64 bench_##name(unsigned int iterations);
#define MEMORY(name, ...) u64 bench_##name(unsigned int iterations);
#include "bench/suite.def"

/* Memory for tests, 4 L1 tables in a row, below which nothing is mapped at first. */
#define TEST_VA      0x40000000ul
#define TEST_ENTRIES 2048u

/* Ends the guest, naming what was refused. */
void must(bool truth, const char *what);

/* Makes the tables and pages the benchmarks share. */
void memory_prepare(void);
/* The data page that test entries map. */
extern u64 *data_page;

/* user.S: handlers that only go back, and what raises the trap `count` times. */
extern const char handler_iret[], handler_skip_fault[], handler_skip_ud2[];
extern const char user_syscalls[], user_faults[];
void iret_loop(u64 count);
void fault_loop(u64 count, u64 address);
void ud2_loop(u64 count);

#endif
