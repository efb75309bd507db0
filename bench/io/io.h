/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmarks of a disk and a network by name, and what they and their peer agree on. The
 * environment says where: IO_DISK is a block device of DISK_BYTES or more, IO_PEER the peer's address.
 */
#ifndef BENCH_IO_IO_H
#define BENCH_IO_IO_H

#include "bench/micro/runner.h"

#define BENCH(...)
#define HYPER(...)
#define MACRO(...)
#define IO(name, ...) uint64_t bench_##name(unsigned iterations);
#include "bench/suite.def"

enum { DISK_BYTES = 8 << 20, PEER_PORT = 5001, PIECE = 64 << 10, SOCKET_BUFFER = 128 << 10 };

/* What a connection begins with: what the peer is to do. */
struct order {
    uint32_t kind, /* enum order_kind */
        count;     /* of pieces, or of bytes to echo */
};

enum order_kind { ORDER_ECHO, ORDER_TAKE, ORDER_GIVE };

extern uint64_t io_piece[PIECE / 8];

/* A TCP socket with buffers of SOCKET_BUFFER and without delay. */
int io_socket(void);

/* Sends `pieces` pieces, all different; returns the sum of their words. */
uint64_t pieces_send(int fd, unsigned pieces);

/* Receives that many; returns the sum of their words. */
uint64_t pieces_take(int fd, unsigned pieces);

#endif
