/* SPDX-License-Identifier: BSD-2-Clause */
/* All rings, within trace/. */
#ifndef TRACE_RINGS_H
#define TRACE_RINGS_H

#include "trace/trace.h"

extern struct trace_ring *trace_rings[MAX_CPUS]; /* by CPU; NULL: none */
extern bool trace_has_rings;

uint32_t trace_boot_id(void);

/* What a file of all rings begins with. */
struct file_header trace_file_header(uint8_t mask);

/* Brings the descriptor up to date, by which the rings are found in a copy of the machine's memory. */
void trace_describe(void);

#endif
