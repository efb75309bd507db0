/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where in the code the records of a trace happened: by event and function, of all events with a field `rip`.
 * Part of `vtrace report` when there are symbols.
 */
#ifndef VTRACE_PLACES_H
#define VTRACE_PLACES_H

#include <jansson.h>

#include "trace/vtrace/vtrace.h"

struct places;

/* NULL when the trace has no symbols; the others take that. */
struct places *places_new(const struct trace *t);
void places_take(struct places *p, const struct record *r);
void places_print(struct places *p);
json_t *places_json(struct places *p); /* null without symbols */
void places_free(struct places *p);

/* The function a record happened in, as the symbols say; NULL when they do not, or it has no field `rip`. */
const char *record_place(const struct trace *t, const struct record *r);

#endif
