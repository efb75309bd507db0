/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A block device without the page cache: each request goes to the device and is waited for. Every 4 KB
 * begin with their number, which a read must find.
 */
#define _GNU_SOURCE
#include "bench/io/io.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 4096, BLOCKS = DISK_BYTES / BLOCK, WORDS = BLOCK / 8 };

static uint64_t buffer[PIECE / 8] __attribute__((aligned(BLOCK)));

static void number(unsigned block, unsigned blocks)
{
    for (unsigned i = 0; i < blocks; i++)
        buffer[i * WORDS] = block + i;
}

static bool is_numbered(unsigned block, unsigned blocks)
{
    bool ok = true;
    for (unsigned i = 0; i < blocks; i++)
        ok &= buffer[i * WORDS] == block + i;
    return ok;
}

static bool block_write(int fd, unsigned block, unsigned blocks)
{
    number(block, blocks);
    return pwrite(fd, buffer, blocks * BLOCK, (off_t)block * BLOCK) == (ssize_t)blocks * BLOCK;
}

static bool block_read(int fd, unsigned block, unsigned blocks)
{
    return pread(fd, buffer, blocks * BLOCK, (off_t)block * BLOCK) == (ssize_t)blocks * BLOCK &&
           is_numbered(block, blocks);
}

static bool block_flush(int fd, unsigned block, unsigned blocks)
{
    return block_write(fd, block, blocks) && !fdatasync(fd);
}

/* The disk with every block written. */
static int disk_open(void)
{
    const char *name = getenv("IO_DISK");
    bool ok = true;
    must(name != NULL, "IO_DISK is the disk");
    int fd = open(name, O_RDWR | O_DIRECT);
    must(fd >= 0, name);
    for (unsigned block = 0; block < BLOCKS; block += PIECE / BLOCK)
        ok &= block_write(fd, block, PIECE / BLOCK);
    must(ok, "the disk does not take the blocks");
    return fd;
}

/* Times `n` requests of so many blocks, the next `step` blocks further, around the disk's end. */
static uint64_t requests_time(unsigned n, unsigned blocks, unsigned step,
                              bool (*request)(int fd, unsigned block, unsigned blocks))
{
    int fd = disk_open();
    bool ok = true;
    unsigned block = 0;
    uint64_t start = clock_now();
    for (unsigned i = 0; i < n; i++, block = (block + step) % BLOCKS)
        ok &= request(fd, block, blocks);
    uint64_t took = clock_now() - start;
    must(ok, "the disk failed, or a block is another");
    close(fd);
    return took;
}

enum { FAR = 1237 }; /* odd: it comes to every block before it comes to one again */

uint64_t bench_disk_read_4k(unsigned iterations)
{
    return requests_time(iterations, 1, FAR, block_read);
}

uint64_t bench_disk_write_4k(unsigned iterations)
{
    return requests_time(iterations, 1, FAR, block_write);
}

uint64_t bench_disk_flush_4k(unsigned iterations)
{
    return requests_time(iterations, 1, FAR, block_flush);
}

uint64_t bench_disk_read_64k(unsigned iterations)
{
    return requests_time(iterations, PIECE / BLOCK, PIECE / BLOCK, block_read);
}

uint64_t bench_disk_write_64k(unsigned iterations)
{
    return requests_time(iterations, PIECE / BLOCK, PIECE / BLOCK, block_write);
}
