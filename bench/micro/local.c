/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Latency of local communication: the timed process sends, a child answers, the answer is checked.
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"
#include "bench/micro/pair.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for the longest message here. */
enum { MESSAGE_MAX = 64 };

/* A request to send and the answer that must come; `number` is the word that counts calls. */
struct dialogue {
    uint32_t request[MESSAGE_MAX / 4], answer[MESSAGE_MAX / 4];
    size_t request_bytes, answer_bytes;
    unsigned number;
};

static bool receive(int fd, void *to, size_t bytes)
{
    return recv(fd, to, bytes, MSG_WAITALL) == (ssize_t)bytes;
}

/* The child's side: answers calls 0, 1, 2... until the other side closes or says stop (one byte).
 */
static void answer_calls(int fd, const struct dialogue *talk)
{
    struct dialogue want = *talk;
    uint32_t got[MESSAGE_MAX / 4];
    for (uint32_t call = 0; receive(fd, got, want.request_bytes); call++) {
        want.request[want.number] = want.answer[want.number] = call;
        if (memcmp(got, want.request, want.request_bytes) ||
            send(fd, want.answer, want.answer_bytes, 0) != (ssize_t)want.answer_bytes)
            _exit(1);
    }
    _exit(0);
}

static bool call_once(int fd, struct dialogue *talk, uint32_t call)
{
    uint32_t got[MESSAGE_MAX / 4];
    talk->request[talk->number] = talk->answer[talk->number] = call;
    return send(fd, talk->request, talk->request_bytes, 0) == (ssize_t)talk->request_bytes &&
           receive(fd, got, talk->answer_bytes) && !memcmp(got, talk->answer, talk->answer_bytes);
}

static uint64_t converse(unsigned iterations, pair_make *make, struct dialogue talk)
{
    int fd[2];
    make(fd);
    int child = fork();
    if (child == 0) {
        close(fd[0]);
        answer_calls(fd[1], &talk);
    }
    close(fd[1]);
    bool ok = call_once(fd[0], &talk, 0);
    uint64_t start = clock_now();
    for (unsigned i = 1; i <= iterations; i++)
        ok &= call_once(fd[0], &talk, i);
    uint64_t took = clock_now() - start;
    must(ok, "an answer was lost or wrong");
    (void)!send(fd[0], "", 1, 0); /* what ends a conversation of datagrams */
    close(fd[0]);
    must_exit(child, 0);
    return took;
}

/* One numbered word each way. */
static const struct dialogue word = {.request_bytes = 4, .answer_bytes = 4};

/* RFC 5531: a call of procedure 0 without credentials, and the reply that it succeeded. Number,
 * direction, then (call) RPC version 2, program, version, procedure, two empty authenticators, or
 * (reply) accepted, an empty verifier, success. Over TCP a record mark comes first. */
enum { RPC_PROGRAM = 0x20000000, RPC_LAST_FRAGMENT = 0x80000000 };

static struct dialogue rpc_null_call(bool with_mark)
{
    struct dialogue talk = {.number = with_mark};
    const uint32_t call[] = {0, 0, 2, RPC_PROGRAM, 1, 0, 0, 0, 0, 0}, reply[] = {0, 1, 0, 0, 0, 0};
    uint32_t *request = talk.request + with_mark, *answer = talk.answer + with_mark;
    talk.request_bytes = sizeof call + 4 * with_mark;
    talk.answer_bytes = sizeof reply + 4 * with_mark;
    for (size_t i = 0; i < sizeof call / 4; i++)
        request[i] = htonl(call[i]);
    for (size_t i = 0; i < sizeof reply / 4; i++)
        answer[i] = htonl(reply[i]);
    if (with_mark) {
        talk.request[0] = htonl(RPC_LAST_FRAGMENT | sizeof call);
        talk.answer[0] = htonl(RPC_LAST_FRAGMENT | sizeof reply);
    }
    return talk;
}

uint64_t bench_udp_latency(unsigned iterations)
{
    return converse(iterations, udp_pair, word);
}

uint64_t bench_rpc_udp_latency(unsigned iterations)
{
    return converse(iterations, udp_pair, rpc_null_call(false));
}

uint64_t bench_rpc_tcp_latency(unsigned iterations)
{
    return converse(iterations, tcp_pair, rpc_null_call(true));
}

/* Sends back each byte that comes, until the other side closes. */
static void echo(int from, int to)
{
    char c;
    while (read(from, &c, 1) == 1 && write(to, &c, 1) == 1)
        ;
    _exit(0);
}

static bool ping(int to, int from)
{
    char c = 0;
    return write(to, &c, 1) == 1 && read(from, &c, 1) == 1;
}

static uint64_t ping_pong(unsigned iterations, int to, int from)
{
    bool ok = ping(to, from);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= ping(to, from);
    uint64_t took = clock_now() - start;
    must(ok, "a byte was lost");
    return took;
}

static uint64_t ping_pong_pair(unsigned iterations, pair_make *make)
{
    int fd[2];
    make(fd);
    int child = fork();
    if (child == 0) {
        close(fd[0]);
        echo(fd[1], fd[1]);
    }
    close(fd[1]);
    uint64_t took = ping_pong(iterations, fd[0], fd[0]);
    close(fd[0]);
    must_exit(child, 0);
    return took;
}

uint64_t bench_pipe_latency(unsigned iterations)
{
    int there[2], back[2];
    must(!pipe(there) && !pipe(back), "pipe");
    int child = fork();
    if (child == 0) {
        close(there[1]);
        close(back[0]);
        echo(there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    uint64_t took = ping_pong(iterations, there[1], back[0]);
    close(there[1]);
    close(back[0]);
    must_exit(child, 0);
    return took;
}

uint64_t bench_unix_latency(unsigned iterations)
{
    return ping_pong_pair(iterations, unix_pair);
}

uint64_t bench_tcp_latency(unsigned iterations)
{
    return ping_pong_pair(iterations, tcp_pair);
}

uint64_t bench_tcp_connect(unsigned iterations)
{
    struct sockaddr_in at;
    int listener = tcp_listen(64, &at);
    int child = fork();
    if (child == 0)
        for (unsigned i = 0; i < iterations; i++)
            close(accept(listener, NULL, NULL));
    if (child == 0)
        _exit(0);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        close(tcp_connected(&at));
    uint64_t took = clock_now() - start;
    close(listener);
    must_exit(child, 0);
    return took;
}
