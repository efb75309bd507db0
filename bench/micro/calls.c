/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls on files and descriptors that do next to nothing: what the way in and out costs.
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"
#include "bench/micro/pair.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SELECT_FDS = 100, BIG_FILE = 10240, CREATED_MAX = 512 };

#define CACHED_PATH "/usr/include/micro/file"

static void cached_path_make(void)
{
    mkdir("/usr", 0755);
    mkdir("/usr/include", 0755);
    mkdir("/usr/include/micro", 0755);
    int fd = open(CACHED_PATH, O_CREAT | O_RDWR, 0644);
    must(fd >= 0, "open " CACHED_PATH);
    close(fd);
}

uint64_t bench_null_call(unsigned iterations)
{
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        syscall(SYS_getppid);
    return clock_now() - start;
}

uint64_t bench_null_read(unsigned iterations)
{
    int fd = open("/dev/zero", O_RDONLY);
    char c;
    bool ok = fd >= 0;
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= read(fd, &c, 1) == 1;
    uint64_t took = clock_now() - start;
    must(ok, "read /dev/zero");
    close(fd);
    return took;
}

uint64_t bench_null_write(unsigned iterations)
{
    int fd = open("/dev/null", O_WRONLY);
    char c = 0;
    bool ok = fd >= 0;
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= write(fd, &c, 1) == 1;
    uint64_t took = clock_now() - start;
    must(ok, "write /dev/null");
    close(fd);
    return took;
}

uint64_t bench_stat(unsigned iterations)
{
    struct stat st;
    bool ok = true;
    cached_path_make();
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= stat(CACHED_PATH, &st) == 0;
    uint64_t took = clock_now() - start;
    must(ok, "stat");
    return took;
}

uint64_t bench_open_close(unsigned iterations)
{
    bool ok = true;
    cached_path_make();
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= close(open(CACHED_PATH, O_RDONLY)) == 0;
    uint64_t took = clock_now() - start;
    must(ok, "open/close");
    return took;
}

/* Times select() on descriptors first to first + 99, which are copies of `fd`. */
static uint64_t select_copies(unsigned iterations, int fd, bool for_writing)
{
    fd_set watched;
    bool ok = true;
    int first = fd + 1;

    FD_ZERO(&watched);
    for (int copy = first; copy < first + SELECT_FDS; copy++) {
        must(dup2(fd, copy) == copy, "dup2");
        FD_SET(copy, &watched);
    }
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++) {
        fd_set ready = watched;
        struct timeval none = {0, 0};
        ok &= select(first + SELECT_FDS, for_writing ? NULL : &ready, for_writing ? &ready : NULL,
                     NULL, &none) == SELECT_FDS;
    }
    uint64_t took = clock_now() - start;
    must(ok, "select");
    for (int copy = first; copy < first + SELECT_FDS; copy++)
        close(copy);
    return took;
}

uint64_t bench_select_100(unsigned iterations)
{
    int pair[2];
    tcp_pair(pair);
    uint64_t took = select_copies(iterations, pair[0] > pair[1] ? pair[0] : pair[1], true);
    close(pair[0]);
    close(pair[1]);
    return took;
}

uint64_t bench_select_100_files(unsigned iterations)
{
    int fd = file_make(1);
    uint64_t took = select_copies(iterations, fd, false);
    close(fd);
    return took;
}

struct create_times {
    uint64_t create, delete;
};

static struct create_times create_delete(unsigned files, size_t bytes)
{
    static char names[CREATED_MAX][24];
    static const char content[BIG_FILE];
    struct create_times took;
    bool ok = files <= CREATED_MAX;

    for (unsigned i = 0; i < files; i++)
        snprintf(names[i], sizeof names[i], "/tmp/micro.%u", i);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < files; i++) {
        int fd = creat(names[i], 0600);
        ok &= !bytes || write(fd, content, bytes) == (ssize_t)bytes;
        ok &= close(fd) == 0;
    }
    took.create = clock_now() - start;
    start = clock_now();
    for (unsigned i = 0; i < files; i++)
        ok &= unlink(names[i]) == 0;
    took.delete = clock_now() - start;
    must(ok, "create and unlink in /tmp");
    return took;
}

uint64_t bench_create_0k(unsigned iterations)
{
    return create_delete(iterations, 0).create;
}

uint64_t bench_delete_0k(unsigned iterations)
{
    return create_delete(iterations, 0).delete;
}

uint64_t bench_create_10k(unsigned iterations)
{
    return create_delete(iterations, BIG_FILE).create;
}

uint64_t bench_delete_10k(unsigned iterations)
{
    return create_delete(iterations, BIG_FILE).delete;
}
