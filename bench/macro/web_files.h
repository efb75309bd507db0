/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files the web server serves, in the proportions of SPEC WEB99: directories of four classes of
 * nine files, each class ten times the size of the one before.
 */
#ifndef BENCH_MACRO_WEB_FILES_H
#define BENCH_MACRO_WEB_FILES_H

#include <stddef.h>

enum {
    WEB_DIRECTORIES = 4, /* 20 MB in all */
    WEB_CLASSES = 4,
    WEB_FILES = 9,
    WEB_SMALLEST = 102, /* bytes of the first file of class 0 */
};

struct web_file {
    unsigned directory, class, number;
};

/* As printf and scanf take it, below the root: directory, class, number. */
#define WEB_PATH "d%u/c%u_%u"

static inline size_t web_file_bytes(const struct web_file *f)
{
    size_t bytes = WEB_SMALLEST * (f->number + 1);
    for (unsigned i = 0; i < f->class; i++)
        bytes *= 10;
    return bytes;
}

#endif
