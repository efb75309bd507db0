/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections are kept alive and served by one poll loop. The bytes of all documents come from one
 * pattern, each document from another place of it, so that an answer is checked without its file.
 *
 *      connection:  idle ── request_send ──► head ── its blank line ──► body ── last byte ──► idle
 */
#define _GNU_SOURCE
#include "bench/macro/web_client.h"
#include "bench/macro/macro.h"
#include "bench/macro/web_files.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CONNECTIONS = 8,
    POST_BYTES = 256,
    HEAD_MAX = 1024,
    PATTERN_BYTES = 1 << 20,
    STRIDE = 257, /* between the places where documents begin */
    PORT = 80,
    WAIT_MS = 10,
    WAITS_MAX = 1000,
};

static char pattern[PATTERN_BYTES];

static struct connection {
    int fd;
    bool is_waiting;     /* for an answer or its rest */
    char head[HEAD_MAX]; /* of the answer, as far as it came */
    size_t head_bytes;
    bool has_head;
    const char *body; /* what must come */
    size_t body_bytes, body_done;
    char sum[32]; /* the body that a POST must bring */
} connections[CONNECTIONS];

/* Knuth's MMIX generator, from a fixed seed for each run. */
static uint64_t state;

static unsigned number_below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % n;
}

static const char *document(const struct web_file *f)
{
    return pattern + STRIDE * ((f->directory * WEB_CLASSES + f->class) * WEB_FILES + f->number);
}

/* ---- documents ---- */

static void document_write(const char *root, const struct web_file *f)
{
    char path[256];
    size_t bytes = web_file_bytes(f);
    snprintf(path, sizeof path, "%s/" WEB_PATH, root, f->directory, f->class, f->number);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    must(fd >= 0 && write(fd, document(f), bytes) == (ssize_t)bytes, path);
    close(fd);
}

static void directory_write(const char *root, unsigned directory)
{
    char path[256];
    snprintf(path, sizeof path, "%s/d%u", root, directory);
    must(!mkdir(path, 0755), path);
    for (unsigned i = 0; i < WEB_CLASSES * WEB_FILES; i++)
        document_write(root, &(struct web_file){directory, i / WEB_FILES, i % WEB_FILES});
}

void web_files_make(const char *root)
{
    state = 1999;
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = ' ' + number_below(95);
    must(!mkdir(root, 0755), root);
    for (unsigned d = 0; d < WEB_DIRECTORIES; d++)
        directory_write(root, d);
}

/* ---- requests ---- */

/* SPEC WEB99: 35, 50, 14 and 1 percent for the classes; the n-th directory in proportion to 1/n. */
static struct web_file document_draw(void)
{
    unsigned percent = number_below(100), weight = number_below(12 + 6 + 4 + 3);
    return (struct web_file){
        .directory = weight < 12   ? 0
                     : weight < 18 ? 1
                     : weight < 22 ? 2
                                   : 3,
        .class = percent < 35   ? 0
                 : percent < 85 ? 1
                 : percent < 99 ? 2
                                : 3,
        .number = number_below(WEB_FILES),
    };
}

static int post_print(struct connection *c, char *request, size_t room, const char *body)
{
    unsigned sum = 0;
    for (int i = 0; i < POST_BYTES; i++)
        sum += (unsigned char)body[i];
    c->body = c->sum;
    c->body_bytes = snprintf(c->sum, sizeof c->sum, "%d %u\n", POST_BYTES, sum);
    return snprintf(request, room,
                    "POST /page HTTP/1.1\r\nHost: vantage\r\nContent-Length: %d\r\n\r\n%.*s",
                    POST_BYTES, POST_BYTES, body);
}

static int get_print(struct connection *c, char *request, size_t room, const char *prefix,
                     const struct web_file *f)
{
    c->body = document(f);
    c->body_bytes = web_file_bytes(f);
    return snprintf(request, room, "GET %s" WEB_PATH " HTTP/1.1\r\nHost: vantage\r\n\r\n", prefix,
                    f->directory, f->class, f->number);
}

static void request_send(struct connection *c, const struct web_mix *mix)
{
    char request[1024];
    unsigned kind = number_below(1000);
    struct web_file f = document_draw();
    int n;
    if (kind < mix->documents)
        n = get_print(c, request, sizeof request, "/", &f);
    else if (kind < mix->documents + mix->pages)
        n = get_print(c, request, sizeof request, "/page?", &f);
    else if (kind < mix->documents + mix->pages + mix->posts)
        n = post_print(c, request, sizeof request, document(&f));
    else
        n = get_print(c, request, sizeof request, "/cgi/page?", &f);
    must(send(c->fd, request, n, 0) == n, "send");
    c->is_waiting = true;
    c->has_head = false;
    c->head_bytes = c->body_done = 0;
}

/* ---- answers ---- */

static void body_take(struct connection *c, const char *bytes, size_t n)
{
    must(n <= c->body_bytes - c->body_done && !memcmp(bytes, c->body + c->body_done, n),
         "the server sent a wrong answer");
    c->body_done += n;
    c->is_waiting = c->body_done < c->body_bytes;
}

static void head_check(const struct connection *c)
{
    const char *length = strcasestr(c->head, "\r\nContent-Length:");
    must(!strncmp(c->head, "HTTP/1.1 200 ", 13), c->head);
    must(length && strtoul(length + 17, NULL, 10) == c->body_bytes, c->head);
}

/* The head may end anywhere in what was received. */
static void head_take(struct connection *c, const char *bytes, size_t n)
{
    size_t before = c->head_bytes, room = sizeof c->head - 1 - before, part = n < room ? n : room;
    memcpy(c->head + before, bytes, part);
    c->head_bytes += part;
    c->head[c->head_bytes] = 0;
    const char *end = strstr(c->head, "\r\n\r\n");
    must(end || c->head_bytes < sizeof c->head - 1, "the head of an answer is too long");
    if (!end)
        return;
    head_check(c);
    c->has_head = true;
    size_t used = end + 4 - c->head - before;
    body_take(c, bytes + used, n - used);
}

static void answer_receive(struct connection *c)
{
    static char bytes[1 << 16];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
    must(n > 0, "the server closed a connection");
    if (c->has_head)
        body_take(c, bytes, n);
    else
        head_take(c, bytes, n);
}

/* ---- the loop ---- */

static void answers_wait(void)
{
    struct pollfd fds[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++)
        fds[i] = (struct pollfd){.fd = connections[i].is_waiting ? connections[i].fd : -1,
                                 .events = POLLIN};
    must(poll(fds, CONNECTIONS, -1) > 0, "poll");
    for (int i = 0; i < CONNECTIONS; i++)
        if (fds[i].revents)
            answer_receive(&connections[i]);
}

static unsigned waiting(void)
{
    unsigned n = 0;
    for (int i = 0; i < CONNECTIONS; i++)
        n += connections[i].is_waiting;
    return n;
}

static unsigned idle_send(const struct web_mix *mix, unsigned count)
{
    unsigned sent = 0;
    for (int i = 0; i < CONNECTIONS && sent < count; i++) {
        if (connections[i].is_waiting)
            continue;
        request_send(&connections[i], mix);
        sent++;
    }
    return sent;
}

unsigned web_client_run(const struct web_mix *mix, unsigned count, uint64_t until)
{
    unsigned sent = 0;
    state = 99;
    while (sent < count && clock_now() < until) {
        sent += idle_send(mix, count - sent);
        answers_wait();
    }
    unsigned answered = sent - waiting();
    while (waiting())
        answers_wait();
    return answered;
}

static int server_connect(void)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    must(fd >= 0 && !setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "socket");
    for (int i = 0; connect(fd, (struct sockaddr *)&at, sizeof at); i++) {
        must(i < WAITS_MAX, "the web server does not listen");
        usleep(WAIT_MS * 1000);
    }
    return fd;
}

void web_client_connect(void)
{
    for (int i = 0; i < CONNECTIONS; i++)
        connections[i] = (struct connection){.fd = server_connect()};
}

void web_client_close(void)
{
    for (int i = 0; i < CONNECTIONS; i++)
        close(connections[i].fd);
}
