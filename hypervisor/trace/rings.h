/* SPDX-License-Identifier: BSD-2-Clause */
/* All rings, within trace/. */
#ifndef TRACE_RINGS_H
#define TRACE_RINGS_H

#include "trace/trace.h"

extern struct trace_ring *trace_rings[MAX_CPUS]; /* by CPU; NULL: none */
extern bool trace_has_rings;

uint32_t trace_boot_id(void);

#endif
