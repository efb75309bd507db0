/* SPDX-License-Identifier: BSD-2-Clause */
/* What every verb of vtrace works with, and how values are written. */
#ifndef VTRACE_VTRACE_H
#define VTRACE_VTRACE_H

#include <stdio.h>

#include "trace/vtrace/cursor.h"
#include "trace/vtrace/fail.h"
#include "trace/vtrace/file.h"
#include "trace/vtrace/options.h"
#include "trace/vtrace/verb.h"

/* --- Text (text.c) --- */

/* ns with three figures and a unit: "1.23 us". */
const char *text_ns(char *out, size_t size, double ns);

/* The same of what has another unit than "ns": three figures. */
const char *text_value(char *out, size_t size, const char *unit, double value);

/* A field of a record as its unit wants it. */
const char *text_field(char *out, size_t size, const struct trace *t, const struct field *f,
                       int64_t v);

/* The trace that the verb's first path names, with the symbols that were asked for. */
struct trace *trace_with_symbols(const struct options *o);

/* The completeness line, and what is missing, if anything is. */
void print_completeness(FILE *out, const struct trace *t);

/* vtrace crash with a path: out of a memory dump (import.c). */
int crash_in_dump(const struct options *o);

/* 0 when all is there, 3 when records are missing. */
int exit_status(const struct trace *t);

#endif
