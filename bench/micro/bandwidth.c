/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast much data moves: to another process, and out of the page cache. An operation is one
 * piece of 64 KB, or one file where the name says so.
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"
#include "bench/micro/pair.h"

#include <sys/mman.h>
#include <unistd.h>

enum { PIECE = 64 << 10, FILE_BYTES = 2 << 20 };

static uint64_t piece[PIECE / sizeof(uint64_t)];
static volatile uint64_t sum_kept;

static void sum(const uint64_t *words, size_t bytes)
{
    uint64_t total = 0;
    for (size_t i = 0; i < bytes / sizeof *words; i++)
        total += words[i];
    sum_kept = total;
}

static bool piece_write(int fd)
{
    for (size_t done = 0; done < PIECE;) {
        ssize_t n = write(fd, (const char *)piece + done, PIECE - done);
        if (n <= 0)
            return false;
        done += n;
    }
    return true;
}

/* The child: takes all there is, then says so with one byte. */
static void drain(int from, int answer, size_t bytes)
{
    ssize_t n;
    while (bytes && (n = read(from, piece, PIECE)) > 0)
        bytes -= n;
    _exit(bytes || write(answer, "", 1) != 1);
}

/* Times sending `pieces` down to[0], until the child that reads to[1] has had them all. */
static uint64_t stream(unsigned pieces, pair_make *make)
{
    int to[2], done[2];
    char c;
    bool ok = true;
    make(to);
    must(!pipe(done), "pipe");
    int child = fork();
    if (child == 0) {
        close(to[0]);
        close(done[0]);
        drain(to[1], done[1], (size_t)pieces * PIECE);
    }
    close(to[1]);
    close(done[1]);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < pieces; i++)
        ok &= piece_write(to[0]);
    ok &= read(done[0], &c, 1) == 1;
    uint64_t took = clock_now() - start;
    must(ok, "data was lost");
    close(to[0]);
    close(done[0]);
    must_exit(child, 0);
    return took;
}

uint64_t bench_pipe_64k(unsigned iterations)
{
    return stream(iterations, pipe_pair);
}

uint64_t bench_unix_64k(unsigned iterations)
{
    return stream(iterations, unix_pair);
}

uint64_t bench_tcp_64k(unsigned iterations)
{
    return stream(iterations, tcp_pair);
}

uint64_t bench_file_reread_64k(unsigned iterations)
{
    int fd = file_make(FILE_BYTES);
    bool ok = true;
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++) {
        ok &= pread(fd, piece, PIECE, (size_t)i * PIECE % FILE_BYTES) == PIECE;
        sum(piece, PIECE);
    }
    uint64_t took = clock_now() - start;
    must(ok, "pread");
    close(fd);
    return took;
}

uint64_t bench_mmap_reread_2m(unsigned iterations)
{
    int fd = file_make(FILE_BYTES);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++) {
        uint64_t *p = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
        must(p != MAP_FAILED, "mmap");
        sum(p, FILE_BYTES);
        munmap(p, FILE_BYTES);
    }
    uint64_t took = clock_now() - start;
    close(fd);
    return took;
}
