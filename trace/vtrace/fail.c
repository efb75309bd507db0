/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void fail(const char *format, ...)
{
    va_list ap;

    fflush(stdout);
    va_start(ap, format);
    fputs("vtrace: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(EXIT_FAIL);
}

void *must_calloc(size_t count, size_t size)
{
    void *p = calloc(count, size);

    if (!p)
        fail("there is not enough memory");
    return p;
}

void *must_realloc(void *old, size_t count, size_t size)
{
    void *p = reallocarray(old, count, size);

    if (!p)
        fail("there is not enough memory");
    return p;
}
