/* SPDX-License-Identifier: BSD-2-Clause */
/* Both ends of a stream: pieces that differ, and the sum that shows that all arrived. */
#define _GNU_SOURCE
#include "bench/io/io.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

uint64_t io_piece[PIECE / 8];

int io_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), size = SOCKET_BUFFER, on = 1;
    must(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) &&
             !setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) &&
             !setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on),
         "socket");
    return fd;
}

static uint64_t words_sum(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < PIECE / 8; i++)
        sum += io_piece[i];
    return sum;
}

/* The word at its head counts. */
uint64_t pieces_send(int fd, unsigned pieces)
{
    for (size_t i = 0; i < PIECE / 8; i++)
        io_piece[i] = i ? i * 0x9e3779b97f4a7c15 : 0;
    uint64_t rest = words_sum(), sum = 0;
    for (unsigned i = 0; i < pieces; i++) {
        io_piece[0] = i;
        sum += rest + i;
        must(send(fd, io_piece, PIECE, 0) == PIECE, "send");
    }
    return sum;
}

uint64_t pieces_take(int fd, unsigned pieces)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < pieces; i++) {
        must(recv(fd, io_piece, PIECE, MSG_WAITALL) == PIECE, "recv");
        sum += words_sum();
    }
    return sum;
}
