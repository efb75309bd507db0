/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a verb prints as text: it goes to standard output, or is kept to become a string in JSON.
 */
#ifndef BENCH_VBENCH_SAID_H
#define BENCH_VBENCH_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct said {
    FILE *out; /* to write to */
    char *kept;
    size_t length;
};

/* On lack of memory it goes to standard output after all. The place must stay where it is. */
void said_open(struct said *said, bool is_kept);

/* What was kept, until said_free(); NULL when nothing was to be. */
const char *said_close(struct said *said);

void said_free(struct said *said);

#endif
