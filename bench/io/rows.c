/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disk and network benchmarks there are. The runner is the micro benchmarks' (bench/micro/main.c).
 */
#include "bench/io/io.h"

const char program_name[] = "io";

const struct bench benches[] = {
#define BENCH(...)
#define HYPER(...)
#define MACRO(...)
#define IO(id, iterations, samples, ...) {#id, "io", "io", iterations, samples, bench_##id},
#include "bench/suite.def"
};
const size_t bench_count = sizeof benches / sizeof *benches;
