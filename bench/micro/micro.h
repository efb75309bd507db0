/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The micro benchmarks by name, and what several of them share.
 */
#ifndef BENCH_MICRO_MICRO_H
#define BENCH_MICRO_MICRO_H

#include "bench/micro/runner.h"

#define HYPER(...)
#define IO(...)
#define MACRO(...)
#define BENCH(name, ...) uint64_t bench_##name(unsigned iterations);
#include "bench/suite.def"

/* A new, empty, already unlinked file of `bytes` zero bytes, all in the page cache. */
int file_make(size_t bytes);

#endif
