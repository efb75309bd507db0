/* SPDX-License-Identifier: BSD-2-Clause */
/* A TCP connection to the peer (peer.c): how long a byte, and how long much data takes. */
#define _GNU_SOURCE
#include "bench/io/io.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int peer_connect(enum order_kind kind, unsigned count)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PEER_PORT)};
    const struct order order = {kind, count};
    const char *at = getenv("IO_PEER");
    must(at && inet_pton(AF_INET, at, &to.sin_addr) == 1, "IO_PEER is the peer's address");
    int fd = io_socket();
    must(!connect(fd, (struct sockaddr *)&to, sizeof to), "connect");
    must(send(fd, &order, sizeof order, 0) == sizeof order, "send");
    return fd;
}

uint64_t bench_net_round_trip(unsigned iterations)
{
    int fd = peer_connect(ORDER_ECHO, iterations);
    char c = 0;
    bool ok = true;
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= send(fd, &c, 1, 0) == 1 && recv(fd, &c, 1, 0) == 1;
    uint64_t took = clock_now() - start;
    must(ok, "a byte was lost");
    close(fd);
    return took;
}

/* Until the peer has had them all and answers with their sum. */
uint64_t bench_net_send_64k(unsigned iterations)
{
    int fd = peer_connect(ORDER_TAKE, iterations);
    uint64_t start = clock_now(), answer = 0, sum = pieces_send(fd, iterations);
    must(recv(fd, &answer, sizeof answer, MSG_WAITALL) == sizeof answer, "recv");
    uint64_t took = clock_now() - start;
    must(answer == sum, "the peer's sum is another");
    close(fd);
    return took;
}

/* From the order on, to the last word. */
uint64_t bench_net_receive_64k(unsigned iterations)
{
    uint64_t start = clock_now(), answer = 0;
    int fd = peer_connect(ORDER_GIVE, iterations);
    uint64_t sum = pieces_take(fd, iterations), took = clock_now() - start;
    must(recv(fd, &answer, sizeof answer, MSG_WAITALL) == sizeof answer && answer == sum,
         "the peer's sum is another");
    close(fd);
    return took;
}
