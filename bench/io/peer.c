/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io-peer: the other end of the network benchmarks. Serves one connection after another, for ever:
 * each begins with an order (io.h).
 */
#define _GNU_SOURCE
#include "bench/io/io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "io-peer: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void echo(int fd, unsigned bytes)
{
    char c;
    while (bytes-- > 0)
        must(recv(fd, &c, 1, 0) == 1 && send(fd, &c, 1, 0) == 1, "echo");
}

static void serve(int fd)
{
    struct order order;
    uint64_t sum;
    must(recv(fd, &order, sizeof order, MSG_WAITALL) == sizeof order, "an order");
    if (order.kind == ORDER_ECHO)
        return echo(fd, order.count);
    sum = order.kind == ORDER_TAKE ? pieces_take(fd, order.count) : pieces_send(fd, order.count);
    must(send(fd, &sum, sizeof sum, 0) == sizeof sum, "send");
}

int main(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(PEER_PORT)};
    int listener = io_socket(), fd;
    must(!bind(listener, (struct sockaddr *)&at, sizeof at) && !listen(listener, 1), "listen");
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        serve(fd);
        close(fd);
    }
    must(false, "accept");
    return 1;
}
