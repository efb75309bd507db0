/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connected descriptors for two processes. All internet sockets are on the loopback interface.
 */
#define _GNU_SOURCE
#include "bench/micro/pair.h"
#include "bench/micro/runner.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

void pipe_pair(int fd[2])
{
    int ends[2];
    must(!pipe(ends), "pipe");
    fd[0] = ends[1];
    fd[1] = ends[0];
}

void unix_pair(int fd[2])
{
    must(!socketpair(AF_UNIX, SOCK_STREAM, 0, fd), "socketpair");
}

static struct sockaddr_in loopback(void)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A bound socket of this type; its address goes to *at. */
static int socket_bound(int type, struct sockaddr_in *at)
{
    socklen_t length = sizeof *at;
    int fd = socket(AF_INET, type, 0);
    *at = loopback();
    must(fd >= 0 && !bind(fd, (struct sockaddr *)at, sizeof *at) &&
             !getsockname(fd, (struct sockaddr *)at, &length),
         "bind");
    return fd;
}

static int no_delay(int fd)
{
    int on = 1;
    must(fd >= 0 && !setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    return fd;
}

int tcp_listen(int waiting_max, struct sockaddr_in *at)
{
    int fd = socket_bound(SOCK_STREAM, at);
    must(!listen(fd, waiting_max), "listen");
    return fd;
}

int tcp_connected(const struct sockaddr_in *to)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(fd >= 0 && !connect(fd, (const struct sockaddr *)to, sizeof *to), "connect");
    return no_delay(fd);
}

void tcp_pair(int fd[2])
{
    struct sockaddr_in at;
    int listener = tcp_listen(1, &at);
    fd[0] = tcp_connected(&at);
    fd[1] = no_delay(accept(listener, NULL, NULL));
    close(listener);
}

void udp_pair(int fd[2])
{
    struct sockaddr_in at[2];
    for (int i = 0; i < 2; i++)
        fd[i] = socket_bound(SOCK_DGRAM, &at[i]);
    for (int i = 0; i < 2; i++)
        must(!connect(fd[i], (struct sockaddr *)&at[1 - i], sizeof at[i]), "connect");
}
