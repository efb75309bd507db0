/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cint-mini, in place of SPEC INT2000: programs that compute and hardly call the kernel. The
 * image's list says which program reads which input; what it prints must have the SHA-256 that the
 * same program printed when the image was made.
 *
 * A line of the list: NAME INPUT PROGRAM ARGUMENTS...
 */
#define _GNU_SOURCE
#include "bench/macro/macro.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 16 };

/* Splits `line` in place; the words, NULL-terminated. */
static void words_split(char *line, char *words[WORDS_MAX + 1])
{
    char *save = NULL;
    unsigned n = 0;
    for (char *word = strtok_r(line, " \n", &save); word && n < WORDS_MAX;
         word = strtok_r(NULL, " \n", &save))
        words[n++] = word;
    words[n] = NULL;
}

/* The list's line that begins with `name`, in *line (to free), split. */
static void program_find(const char *name, char **line, char *words[WORDS_MAX + 1])
{
    FILE *list = fopen("/macro/programs", "r");
    size_t room = 0;
    must(list, "/macro/programs");
    *line = NULL;
    do {
        must(getline(line, &room, list) >= 0, name);
        words_split(*line, words);
    } while (!words[0] || strcmp(words[0], name));
    must(words[1] && words[2], "a line of /macro/programs");
    fclose(list);
}

static uint64_t program_time(const char *name)
{
    char *line, *words[WORDS_MAX + 1], *in;
    program_find(name, &line, words);
    must(asprintf(&in, IN_DIR "%s", words[1]) > 0, "asprintf");
    work_begin();
    struct command program = {.in = in, .out = "output", .argv = words + 2};
    uint64_t took = command_time(&program);
    output_check(name);
    free(line);
    free(in);
    return took;
}

#define CINT(name)                                                                                 \
    uint64_t bench_cint_##name(unsigned iterations)                                                \
    {                                                                                              \
        return program_time(#name);                                                                \
    }
CINT(bzip2)
CINT(xz)
CINT(zstd)
CINT(sqlite)
CINT(lua)
CINT(cc1)
