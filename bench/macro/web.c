/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of SPEC WEB99: nginx with one worker, a FastCGI program, and fcgiwrap for CGI, asked by
 * our own client (web_client.c) over the loopback interface. Only the requests are timed.
 */
#define _GNU_SOURCE
#include "bench/macro/instance.h"
#include "bench/macro/macro.h"
#include "bench/macro/web_client.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SERVERS = 3, BACKLOG = 64 };

static int servers[SERVERS];

static int listen_at(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    must(fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at) && !listen(fd, BACKLOG), path);
    return fd;
}

/* Both find the socket they serve as standard input. */
static int fastcgi_start(const char *path, char *program)
{
    int listener = listen_at(path);
    char *const argv[] = {program, NULL};
    int pid = command_start(&(struct command){.in_socket = listener, .argv = argv});
    close(listener);
    return pid;
}

void web_begin(void)
{
    char *const nginx[] = {"nginx", "-p", WORK_DIR, "-e", "error.log", "-c", IN_DIR "nginx.conf",
                           NULL};
    work_begin();
    web_files_make(WORK_DIR "/documents");
    servers[0] = fastcgi_start(WORK_DIR "/fastcgi.socket", "page");
    servers[1] = fastcgi_start(WORK_DIR "/cgi.socket", "fcgiwrap");
    servers[2] = command_start(&(struct command){.argv = nginx});
    web_client_connect();
}

static void servers_stop(void)
{
    web_client_close();
    for (int i = SERVERS; i--;) {
        kill(servers[i], SIGTERM);
        must(waitpid(servers[i], NULL, 0) == servers[i], "waitpid");
    }
}

/* SPEC WEB99's proportions: 70 % documents, of all requests 16 % POST and 0.5 % CGI. */
static const struct web_mix mixed = {.documents = 700, .pages = 135, .posts = 160, .cgi = 5};

static uint64_t requests_time(unsigned count, const struct web_mix *mix)
{
    web_begin();
    uint64_t start = clock_now();
    web_client_run(mix, count, UINT64_MAX);
    uint64_t took = clock_now() - start;
    servers_stop();
    return took;
}

uint64_t bench_web_mix(unsigned iterations)
{
    return requests_time(iterations, &mixed);
}

uint64_t bench_web_static(unsigned iterations)
{
    return requests_time(iterations, &(struct web_mix){.documents = 1000});
}

uint64_t bench_web_post(unsigned iterations)
{
    return requests_time(iterations, &(struct web_mix){.posts = 1000});
}

uint64_t bench_web_cgi(unsigned iterations)
{
    return requests_time(iterations, &(struct web_mix){.cgi = 1000});
}

/* What the time stamp counter, in ns, is at this time of the wall clock. */
static uint64_t ticks_at(int64_t ms)
{
    struct timespec now;
    must(!clock_gettime(CLOCK_REALTIME, &now), "clock_gettime");
    return clock_now() + (ms - now.tv_sec * 1000) * 1000000 - now.tv_nsec;
}

double web_window(const struct window *w)
{
    web_client_run(&mixed, UINT_MAX, ticks_at(w->begin_ms));
    return web_client_run(&mixed, UINT_MAX, ticks_at(w->end_ms));
}
