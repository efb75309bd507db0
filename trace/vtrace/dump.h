/* SPDX-License-Identifier: BSD-2-Clause */
/* The trace of a machine that never wrote it, out of a copy of its memory. */
#ifndef VTRACE_DUMP_H
#define VTRACE_DUMP_H

#include "trace/vtrace/boots.h"

#include <stdio.h>

/* Writes a trace file made of the rings in memory. What is not in the copy is left out, and missed by whoever
 * reads the file. False: there is no schema, so that nothing could be read. */
bool dump_write(FILE *out, const struct memory *m, const struct trace_descriptor *d);

/* The same of what was kept of the rings when a domain last crashed; false also when none has. */
bool dump_write_copies(FILE *out, const struct memory *m, const struct trace_descriptor *d);

#endif
