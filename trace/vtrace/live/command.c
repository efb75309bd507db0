/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "trace/vtrace/live/command.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(char **argv, int wait_for)
{
    char c;

    if (read(wait_for, &c, 1) != 1)
        _exit(127);
    execvp(argv[0], argv);
    fprintf(stderr, "vtrace: %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

void command_start(struct command *c, char **argv)
{
    int ends[2];

    *c = (struct command){.go = -1};
    if (pipe2(ends, O_CLOEXEC))
        fail("pipe: %s", strerror(errno));
    c->child = fork();
    if (c->child < 0)
        fail("fork: %s", strerror(errno));
    if (!c->child) {
        close(ends[1]);
        run(argv, ends[0]);
    }
    close(ends[0]);
    c->go = ends[1];
}

void command_go(struct command *c)
{
    if (!c->child)
        return;
    if (write(c->go, "", 1) != 1)
        fail("the command did not start: %s", strerror(errno));
    close(c->go);
}

bool command_is_over(struct command *c)
{
    int status;

    if (!c->child || waitpid(c->child, &status, WNOHANG) != c->child)
        return false;
    c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}
