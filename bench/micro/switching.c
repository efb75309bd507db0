/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two or more processes that wake each other: context switches, and the latency of pipes and
 * sockets.
 *
 *      ring of n processes          p[0] -> 1 -> p[1] -> 2 ... p[n-1] -> 0
 *
 * Process i reads pipe i-1 and writes pipe i; the timed process is number 0.
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
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
RING(8, 16)
RING(16, 64)

/* Sends back each byte that comes, until the other side closes. */
static void echo(int from, int to)
{
    char c;
    while (read(from, &c, 1) == 1 && write(to, &c, 1) == 1)
        ;
    _exit(0);
}

static bool ping(int to, int from)
{
    char c = 0;
    return write(to, &c, 1) == 1 && read(from, &c, 1) == 1;
}

static uint64_t ping_pong(unsigned iterations, int to, int from)
{
    bool ok = ping(to, from);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= ping(to, from);
    uint64_t took = clock_now() - start;
    must(ok, "a byte was lost");
    return took;
}

uint64_t bench_pipe_latency(unsigned iterations)
{
    struct pipe p[2];
    pipes_open(p, 2);
    int child = fork();
    if (child == 0) {
        close(p[0].writer);
        close(p[1].reader);
        echo(p[0].reader, p[1].writer);
    }
    uint64_t took = ping_pong(iterations, p[0].writer, p[1].reader);
    pipes_close(p, 2);
    must_exit(child, 0);
    return took;
}

uint64_t bench_unix_latency(unsigned iterations)
{
    int fd[2];
    must(!socketpair(AF_UNIX, SOCK_STREAM, 0, fd), "socketpair");
    int child = fork();
    if (child == 0) {
        close(fd[0]);
        echo(fd[1], fd[1]);
    }
    close(fd[1]);
    uint64_t took = ping_pong(iterations, fd[0], fd[0]);
    close(fd[0]);
    must_exit(child, 0);
    return took;
}

static int tcp_no_delay(int fd)
{
    int on = 1;
    must(!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    return fd;
}

uint64_t bench_tcp_latency(unsigned iterations)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    must(!bind(listener, (struct sockaddr *)&to, sizeof to) && !listen(listener, 1) &&
             !getsockname(listener, (struct sockaddr *)&to, &length),
         "listen");
    int child = fork();
    if (child == 0) {
        int fd = tcp_no_delay(accept(listener, NULL, NULL));
        echo(fd, fd);
    }
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(!connect(fd, (struct sockaddr *)&to, sizeof to), "connect");
    tcp_no_delay(fd);
    uint64_t took = ping_pong(iterations, fd, fd);
    close(fd);
    close(listener);
    must_exit(child, 0);
    return took;
}
