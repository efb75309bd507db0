/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs of the image as children of the benchmark.
 */
#define _GNU_SOURCE
#include "bench/macro/macro.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: file `path` becomes descriptor `fd`. */
static void redirect(const char *path, int flags, int fd)
{
    int file = open(path ? path : "/dev/null", flags, 0644);
    must(file >= 0 && dup2(file, fd) == fd, path ? path : "/dev/null");
    close(file);
}

static void become(unsigned user)
{
    must(!user || (!setgroups(0, NULL) && !setgid(user) && !setuid(user)), "setuid");
}

int command_start(const struct command *c)
{
    int child = fork();
    must(child >= 0, "fork");
    if (child)
        return child;
    become(c->user);
    if (c->in_socket)
        must(dup2(c->in_socket, STDIN_FILENO) == STDIN_FILENO, "dup2");
    else
        redirect(c->in, O_RDONLY, STDIN_FILENO);
    redirect(c->out, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    execvp(c->argv[0], c->argv);
    must(false, c->argv[0]);
    return 0;
}

void command_run(const struct command *c)
{
    must_exit(command_start(c), 0);
}

uint64_t command_time(const struct command *c)
{
    uint64_t start = clock_now();
    command_run(c);
    return clock_now() - start;
}

void work_begin(void)
{
    must(!chdir("/"), "chdir");
    run("rm", "-rf", WORK_DIR);
    must(!mkdir(WORK_DIR, 0777) && !chmod(WORK_DIR, 0777) && !chdir(WORK_DIR), WORK_DIR);
}

void output_check(const char *name)
{
    char expected[64];
    snprintf(expected, sizeof expected, "/macro/expected/%s", name);
    run("sha256sum", "-c", "-s", expected);
}
