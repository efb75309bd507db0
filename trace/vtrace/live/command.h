/* SPDX-License-Identifier: BSD-2-Clause */
/* A command that is traced: it waits until the recording has begun. */
#ifndef VTRACE_COMMAND_H
#define VTRACE_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct command {
    pid_t child; /* 0: there is none */
    int go;
    int status;  /* as an exit status; 128 and the signal's number when one ended it */
};

void command_start(struct command *c, char **argv);
void command_go(struct command *c);
bool command_is_over(struct command *c);

#endif
