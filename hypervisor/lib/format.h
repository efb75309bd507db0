/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf-style formatting: %d %i %u %x %lx %p %s %c %% with width, zero fill, '-' and the l, ll, z length
 * letters. `%.*s` limits a string. Always terminates; returns the length the whole text would have had.
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

int format(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int format_va(char *out, size_t size, const char *fmt, va_list ap);

#endif
