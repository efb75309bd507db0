/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/said.h"

#include <stdlib.h>

void said_open(struct said *said, bool is_kept)
{
    *said = (struct said){0};
    if (is_kept)
        said->out = open_memstream(&said->kept, &said->length);
    if (!said->out)
        said->out = stdout;
}

const char *said_close(struct said *said)
{
    if (said->out != stdout)
        fclose(said->out);
    said->out = NULL;
    return said->kept;
}

void said_free(struct said *said)
{
    free(said->kept);
    *said = (struct said){0};
}
