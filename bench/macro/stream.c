/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCP stream from one process to another over the loopback interface, as Table 6 streams it over
 * a wire: socket buffers of 128 KiB, packets no longer than the MTU. The interface would pass 64
 * KiB in one piece and leave the cutting to nobody; so segmentation offload is switched off, and
 * the interface's own count of packets must show that they were cut.
 */
#define _GNU_SOURCE
#include "bench/macro/macro.h"

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCK = 64 << 10, SOCKET_BUFFER = 128 << 10, MTU_DEFAULT = 65536 };

static uint64_t block[BLOCK / 8];

/* ---- the interface ---- */

static void interface_ask(unsigned long request, struct ifreq *ask)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    strcpy(ask->ifr_name, "lo");
    must(fd >= 0 && !ioctl(fd, request, ask), "the loopback interface");
    close(fd);
}

static void offload_set(unsigned command, bool on)
{
    struct ethtool_value value = {.cmd = command, .data = on};
    struct ifreq ask = {.ifr_data = (void *)&value};
    interface_ask(SIOCETHTOOL, &ask);
}

static void interface_set(int mtu, bool offload)
{
    struct ifreq ask = {.ifr_mtu = mtu};
    interface_ask(SIOCSIFMTU, &ask);
    offload_set(ETHTOOL_STSO, offload);
    offload_set(ETHTOOL_SGSO, offload);
}

static uint64_t packets_sent(void)
{
    FILE *f = fopen("/sys/class/net/lo/statistics/tx_packets", "r");
    unsigned long long n;
    must(f && fscanf(f, "%llu", &n) == 1, "the count of packets");
    fclose(f);
    return n;
}

/* ---- the connection ---- */

static int buffered_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), size = SOCKET_BUFFER;
    must(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) &&
             !setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size),
         "socket");
    return fd;
}

static int listen_on(struct sockaddr_in *at)
{
    socklen_t length = sizeof *at;
    int fd = buffered_socket();
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    must(!bind(fd, (struct sockaddr *)at, length) && !listen(fd, 1) &&
             !getsockname(fd, (struct sockaddr *)at, &length),
         "listen");
    return fd;
}

static uint64_t words_sum(const uint64_t *words, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += words[i];
    return sum;
}

/* The receiving process: takes `blocks` blocks, answers each transfer with the sum of its words. */
static void receive_all(int listener, unsigned blocks)
{
    uint64_t sum = 0;
    int fd = accept(listener, NULL, NULL);
    must(fd >= 0, "accept");
    for (unsigned i = 0; i < blocks; i++) {
        must(recv(fd, block, BLOCK, MSG_WAITALL) == BLOCK, "recv");
        sum += words_sum(block, BLOCK / 8);
    }
    must(send(fd, &sum, sizeof sum, 0) == sizeof sum, "send");
    _exit(0);
}

/* Every block is another: the word at its head counts. Returns the sum of all words. */
static uint64_t send_all(int fd, unsigned blocks)
{
    block[0] = 0;
    uint64_t rest = words_sum(block, BLOCK / 8), sum = 0;
    for (unsigned i = 0; i < blocks; i++) {
        block[0] = i;
        sum += rest + i;
        must(send(fd, block, BLOCK, 0) == BLOCK, "send");
    }
    return sum;
}

static uint64_t stream_time(unsigned blocks)
{
    struct sockaddr_in at;
    int listener = listen_on(&at), child = fork();
    if (child == 0)
        receive_all(listener, blocks);
    int fd = buffered_socket();
    must(child > 0 && !connect(fd, (struct sockaddr *)&at, sizeof at), "connect");
    uint64_t start = clock_now(), answer, sum = send_all(fd, blocks);
    must(recv(fd, &answer, sizeof answer, MSG_WAITALL) == sizeof answer, "recv");
    uint64_t took = clock_now() - start;
    must(answer == sum, "the receiver's sum is another");
    close(fd);
    close(listener);
    must_exit(child, 0);
    return took;
}

static uint64_t stream_at_mtu(unsigned blocks, int mtu)
{
    for (size_t i = 0; i < BLOCK / 8; i++)
        block[i] = i * 0x9e3779b97f4a7c15;
    interface_set(mtu, false);
    uint64_t packets = packets_sent(), took = stream_time(blocks);
    packets = packets_sent() - packets;
    interface_set(MTU_DEFAULT, true);
    must(packets >= (uint64_t)blocks * BLOCK / mtu, "packets were longer than the MTU");
    return took;
}

uint64_t bench_tcp_stream_1500(unsigned iterations)
{
    return stream_at_mtu(iterations, 1500);
}

uint64_t bench_tcp_stream_500(unsigned iterations)
{
    return stream_at_mtu(iterations, 500);
}
