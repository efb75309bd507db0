/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two or more processes that wake each other: context switches.
 *
 *      ring of n processes          p[0] -> 1 -> p[1] -> 2 ... p[n-1] -> 0
 *
 * Process i reads pipe i-1 and writes pipe i; the timed process is number 0.
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"

#include <stdlib.h>
#include <unistd.h>

enum { RING_MAX = 16, WORK_MAX = 64 << 10 };

struct pipe {
    int reader, writer;
};

static int work[WORK_MAX / sizeof(int)];
static volatile int work_sum;

static void work_do(size_t bytes)
{
    int sum = 0;
    for (size_t i = 0; i < bytes / sizeof *work; i++)
        sum += ((volatile int *)work)[i];
    work_sum = sum;
}

/* Makes the array this process's own, all of it resident. */
static void work_own(size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof *work; i++)
        ((volatile int *)work)[i] = i;
}

static bool hop(int from, int to, size_t bytes)
{
    int token;
    if (read(from, &token, sizeof token) != sizeof token)
        return false;
    work_do(bytes);
    return write(to, &token, sizeof token) == sizeof token;
}

static void pipes_open(struct pipe *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int fd[2];
        must(!pipe(fd), "pipe");
        p[i] = (struct pipe){fd[0], fd[1]};
    }
}

static void pipes_close(struct pipe *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        close(p[i].reader);
        close(p[i].writer);
    }
}

/* A ring member: passes tokens on until its input closes. */
static void member(struct pipe *p, unsigned n, unsigned self, size_t bytes)
{
    for (unsigned i = 0; i < n; i++) {
        if (i != self - 1)
            close(p[i].reader);
        if (i != self)
            close(p[i].writer);
    }
    work_own(bytes);
    while (hop(p[self - 1].reader, p[self].writer, bytes))
        ;
    _exit(0);
}

static bool round_trip(struct pipe *p, unsigned n, size_t bytes)
{
    int token = 0;
    bool ok = write(p[0].writer, &token, sizeof token) == sizeof token;
    ok &= read(p[n - 1].reader, &token, sizeof token) == sizeof token;
    work_do(bytes);
    return ok;
}

/* Per hop: the time of `rounds` trips of a ring of n processes, divided by n. */
static uint64_t ring(unsigned rounds, unsigned n, size_t bytes)
{
    struct pipe p[RING_MAX];
    int child[RING_MAX];
    bool ok = true;

    pipes_open(p, n);
    work_own(bytes);
    for (unsigned i = 1; i < n; i++) {
        child[i] = fork();
        must(child[i] >= 0, "fork");
        if (child[i] == 0)
            member(p, n, i, bytes);
    }
    ok &= round_trip(p, n, bytes); /* everyone is up and resident */
    uint64_t start = clock_now();
    for (unsigned i = 0; i < rounds; i++)
        ok &= round_trip(p, n, bytes);
    uint64_t took = clock_now() - start;
    must(ok, "a token was lost");
    pipes_close(p, n);
    for (unsigned i = 1; i < n; i++)
        must_exit(child[i], 0);
    return took / n;
}

/* The same reads, writes and sums by one process: what a hop costs without the switch. */
static uint64_t pass(unsigned rounds, unsigned n, size_t bytes)
{
    struct pipe p[RING_MAX];
    int token = 0;
    bool ok = true;

    pipes_open(p, n);
    work_own(bytes);
    ok &= write(p[n - 1].writer, &token, sizeof token) == sizeof token;
    uint64_t start = clock_now();
    for (unsigned i = 0; i < rounds; i++)
        for (unsigned at = 0; at < n; at++)
            ok &= hop(p[(at + n - 1) % n].reader, p[at].writer, bytes);
    uint64_t took = clock_now() - start;
    must(ok, "a token was lost");
    pipes_close(p, n);
    return took / n;
}

#define RING(processes, kb)                                                                        \
    uint64_t bench_ctx_##processes##p_##kb##k(unsigned iterations)                                 \
    {                                                                                              \
        return ring(iterations, processes, kb << 10);                                              \
    }                                                                                              \
    uint64_t bench_pass_##processes##p_##kb##k(unsigned iterations)                                \
    {                                                                                              \
        return pass(iterations, processes, kb << 10);                                              \
    }

RING(2, 0)
RING(2, 16)
RING(2, 64)
RING(8, 16)
RING(8, 64)
RING(16, 16)
RING(16, 64)
