/* SPDX-License-Identifier: BSD-2-Clause */
/* What a value of the filter is in the terms of one field: `10us` of a field in ticks, `mmu_update` of `op`. */
#ifndef VTRACE_FILTER_VALUE_H
#define VTRACE_FILTER_VALUE_H

#include "trace/vtrace/file.h"

/* Each returns false with a reason when the text is no such value. */
bool value_of_field(const struct trace *t, const struct field *f, const char *text, int64_t *value,
                    const char **why);
bool value_domain(const char *text, int64_t *value, const char **why);

/* In ticks since boot; a unit is needed. */
bool value_time(const struct trace *t, const char *text, int64_t *value, const char **why);

#endif
