/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The macro benchmarks there are. The runner is the micro benchmarks' (bench/micro/main.c).
 */
#include "bench/macro/macro.h"

const char program_name[] = "macro";

const struct bench benches[] = {
#define BENCH(...)
#define HYPER(...)
#define IO(...)
#define MACRO(id, iterations, samples, table, ...)                                                 \
    {#id, "macro", table, iterations, samples, bench_##id},
#include "bench/suite.def"
};
const size_t bench_count = sizeof benches / sizeof *benches;
