/* SPDX-License-Identifier: BSD-2-Clause */
/* What every verb's --json has in common. Times are in ns. */
#ifndef VTRACE_JSON_H
#define VTRACE_JSON_H

#include <jansson.h>

#include "trace/vtrace/histogram.h"
#include "trace/vtrace/vtrace.h"

json_t *json_completeness(const struct trace *t);

/* The same of a verb whose output is something else: a line of JSON with --json, else the completeness line. */
void print_outcome(FILE *out, const struct trace *t, const struct options *o);

json_t *json_record(const struct trace *t, const struct record *r);
json_t *json_durations(const struct trace *t, const struct histogram *h);

/* Writes it to stdout, one line when `is_line`, and gives it back. */
void json_print(json_t *j, bool is_line);

/* One line, to any file. */
void json_print_line(FILE *out, json_t *j);

#endif
