/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which hypercalls and faults caused page-table work. A span is recorded at its end, so the work recorded on a
 * CPU since the span began is its own; members of a multicall, which end first, take theirs before it does.
 */
#ifndef VTRACE_ATTRIBUTION_H
#define VTRACE_ATTRIBUTION_H

#include <jansson.h>

#include "trace/vtrace/cursor.h"

struct attribution *attribution_new(const struct trace *t);
void attribution_take(struct attribution *a, const struct record *r);
void attribution_print(struct attribution *a);
json_t *attribution_json(struct attribution *a);
void attribution_free(struct attribution *a);

#endif
