/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: forward only, the same through every door, and as long as it should be. */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static uint64_t through_kernel(clockid_t clock)
{
    struct timespec t;

    EXPECT(syscall(SYS_clock_gettime, clock, &t) == 0);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t through_vdso(clockid_t clock)
{
    struct timespec t;

    EXPECT(clock_gettime(clock, &t) == 0);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The two doors in turn: never a step back. */
static void vdso_and_kernel(void)
{
    static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME,
                                       CLOCK_MONOTONIC_RAW};

    for (unsigned c = 0; c < sizeof(clocks) / sizeof(*clocks); c++) {
        uint64_t last = 0, now;

        for (unsigned i = 0; i < 20000; i++) {
            now = i & 1 ? through_kernel(clocks[c]) : through_vdso(clocks[c]);
            EXPECT(now >= last, "clock %d goes back by %llu ns ", clocks[c],
                   (unsigned long long)(last - now));
            last = now;
        }
    }
}

static double tsc_mhz(void)
{
    uint64_t t0 = tsc(), n0 = through_kernel(CLOCK_MONOTONIC_RAW), t1, n1;

    do {
        n1 = through_kernel(CLOCK_MONOTONIC_RAW);
        t1 = tsc();
    } while (n1 - n0 < 200000000);
    return (double)(t1 - t0) * 1000 / (double)(n1 - n0);
}

/* A sleep by the kernel's clock is as long by the counter of the processor. SUITE_TSC_MHZ is what
 * the processor counts really, where the one who starts us knows. */
static void sleep_length(void)
{
    const char *known = getenv("SUITE_TSC_MHZ");
    double mhz = known ? atof(known) : tsc_mhz(), seconds, want = 10;
    struct timespec span = {(time_t)want, 0};
    uint64_t t0 = tsc();

    EXPECT(nanosleep(&span, NULL) == 0);
    seconds = (double)(tsc() - t0) / mhz / 1e6;
    printf("# sleep 10 took %.6f s at %.3f MHz\n", seconds, mhz);
    EXPECT(seconds >= want * 0.999 && seconds <= want * 1.001, "%.6f s ", seconds);
}

/* The same by the clock source of the hypervisor, which the kernel may not have chosen itself. */
static void sleep_by_each_source(void)
{
    static const char path[] = "/sys/devices/system/clocksource/clocksource0/";
    char name[128], list[128], before[128];
    unsigned tried = 0;

    snprintf(name, sizeof(name), "%savailable_clocksource", path);
    EXPECT(get(name, list, sizeof(list)) > 0);
    snprintf(name, sizeof(name), "%scurrent_clocksource", path);
    EXPECT(get(name, before, sizeof(before)) > 0);
    for (char *source = strtok(list, " \n"); source; source = strtok(NULL, " \n")) {
        uint64_t t0, n0;
        double ticks, ns;

        if (strcmp(source, "xen") && strcmp(source, "tsc"))
            continue;
        EXPECT(put(name, source));
        tried++;
        t0 = tsc(), n0 = through_kernel(CLOCK_MONOTONIC_RAW);
        EXPECT(nanosleep(&(struct timespec){2, 0}, NULL) == 0);
        ns = (double)(through_kernel(CLOCK_MONOTONIC_RAW) - n0), ticks = (double)(tsc() - t0);
        printf("# by %s: %.6f s, %.3f MHz\n", source, ns / 1e9, ticks * 1e3 / ns);
        EXPECT(ns >= 2e9 && ns < 2.01e9, "%f ns ", ns);
        vdso_and_kernel();
    }
    put(name, before);
    if (!tried)
        skip("neither xen nor tsc is a clock source here");
}

static void short_sleeps(void)
{
    for (unsigned i = 0; i < 100; i++) {
        struct timespec span = {0, 1000 * (long)(1 + i * 37)};
        uint64_t start = through_kernel(CLOCK_MONOTONIC), took;

        EXPECT(nanosleep(&span, NULL) == 0);
        took = through_kernel(CLOCK_MONOTONIC) - start;
        EXPECT(took >= (uint64_t)span.tv_nsec && took < 200000000, "%ld ns took %llu ",
               span.tv_nsec, (unsigned long long)took);
    }
}

/* Time used by a loop is what passed, when nothing else runs. */
static void processor_time(void)
{
    uint64_t start = now_ns(), used = through_kernel(CLOCK_PROCESS_CPUTIME_ID), wall;

    while (now_ns() - start < 500000000)
        ;
    used = through_kernel(CLOCK_PROCESS_CPUTIME_ID) - used;
    wall = now_ns() - start;
    EXPECT(used <= wall + 20000000 && used * 10 >= wall * 7, "%llu of %llu ns ",
           (unsigned long long)used, (unsigned long long)wall);
}

const struct test time_tests[] = {
    {"vdso-and-kernel", vdso_and_kernel},
    {"short-sleeps", short_sleeps},
    {"processor-time", processor_time},
    {"sleep-length", sleep_length},
    {"sleep-by-each-source", sleep_by_each_source},
    {0},
};
