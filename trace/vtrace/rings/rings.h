/* SPDX-License-Identifier: BSD-2-Clause */
/* How rings are shown. */
#ifndef VTRACE_RINGS_H
#define VTRACE_RINGS_H

#include "trace/vtrace/json.h"
#include "trace/vtrace/rings/ring.h"

/* "d1 xvda", "d2 vif0 tx q3", "d1 console": as the drivers call them. */
const char *ring_name(char *out, size_t size, const struct io_ring *g);

double occupancy_mean(const struct io_ring *g, enum ring_side side);

void rings_print(const struct trace *t, const struct io_rings *all);
json_t *rings_json(const struct trace *t, const struct io_rings *all);

#endif
