/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connected descriptors for two processes: fd[0] is the timed process's, fd[1] its child's.
 */
#ifndef BENCH_MICRO_PAIR_H
#define BENCH_MICRO_PAIR_H

#include <netinet/in.h>

typedef void pair_make(int fd[2]);

pair_make pipe_pair; /* one way only, to the child */
pair_make unix_pair; /* a stream */
pair_make tcp_pair;  /* both ends with TCP_NODELAY */
pair_make udp_pair;

/* A listening socket on a free port; its address goes to *at. And a connection to one. */
int tcp_listen(int waiting_max, struct sockaddr_in *at);
int tcp_connected(const struct sockaddr_in *to);

#endif
