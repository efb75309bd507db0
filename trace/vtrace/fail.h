/* SPDX-License-Identifier: BSD-2-Clause */
/* Complaints: one sentence that says what to do, exit status 2. */
#ifndef VTRACE_FAIL_H
#define VTRACE_FAIL_H

#include <stddef.h>

enum { EXIT_FAIL = 2, EXIT_INCOMPLETE = 3 };

__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* Memory, or the end of the program. The first is zeroed. */
void *must_calloc(size_t count, size_t size);
void *must_realloc(void *old, size_t count, size_t size);

#endif
