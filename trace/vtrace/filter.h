/* SPDX-License-Identifier: BSD-2-Clause */
/* Which records are wanted: by class or event, test, CPU, domain, time. */
#ifndef VTRACE_FILTER_H
#define VTRACE_FILTER_H

#include "trace/vtrace/cursor.h"

struct options;
struct filter;

/* Fails with a sentence when the options name what this trace has not. */
struct filter *filter_make(const struct trace *t, const struct options *o);
bool filter_passes(const struct filter *f, const struct record *r);
bool filter_wants_event(const struct filter *f, uint16_t number); /* by class and event alone */
void filter_free(struct filter *f);

#endif
