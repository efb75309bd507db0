/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of SPEC WEB99: nginx with one worker, a FastCGI program, and fcgiwrap for CGI, asked by
 * our own client (web_client.c) over the loopback interface. Only the requests are timed.
 */
#define _GNU_SOURCE
#include "bench/macro/macro.h"
#include "bench/macro/web_client.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
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

static void servers_start(void)
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

static uint64_t requests_time(unsigned count, const struct web_mix *mix)
{
    servers_start();
    uint64_t start = clock_now();
    web_client_run(mix, count);
    uint64_t took = clock_now() - start;
    servers_stop();
    return took;
}

/* SPEC WEB99's proportions: 70 % documents, of all requests 16 % POST and 0.5 % CGI. */
uint64_t bench_web_mix(unsigned iterations)
{
    static const struct web_mix mix = {.documents = 700, .pages = 135, .posts = 160, .cgi = 5};
    return requests_time(iterations, &mix);
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
