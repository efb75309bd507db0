/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The micro benchmarks there are; start-up and the empty loop, which need no file of their own; and
 * the file the others map and read.
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

const char program_name[] = "micro";

const struct bench benches[] = {
#define HYPER(...)
#define IO(...)
#define MACRO(...)
#define BENCH(id, suite, iterations, samples, table, ...)                                          \
    {#id, #suite, table, iterations, samples, bench_##id},
#include "bench/suite.def"
};
const size_t bench_count = sizeof benches / sizeof *benches;

int file_make(size_t bytes)
{
    int fd = memfd_create("micro", 0);
    char page[4096] = {0};
    must(fd >= 0, "memfd_create");
    for (size_t done = 0; done < bytes; done += sizeof page)
        must(write(fd, page, sizeof page) == sizeof page, "write");
    return fd;
}

uint64_t bench_time_to_init(unsigned iterations)
{
    struct timespec t;
    must(!clock_gettime(CLOCK_BOOTTIME, &t), "clock_gettime");
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

uint64_t bench_reset_to_init(unsigned iterations)
{
    return clock_now();
}

uint64_t bench_loop_base(unsigned iterations)
{
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        __asm__ volatile("");
    return clock_now() - start;
}
