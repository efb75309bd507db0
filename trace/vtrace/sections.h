/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands behind the schema of a trace file, for whoever opens one (file.c). */
#ifndef VTRACE_SECTIONS_H
#define VTRACE_SECTIONS_H

#include "trace/vtrace/file.h"

/* Finds the rings and histograms from that byte of the trace on, as far as they are whole; what is missing is said in
 * `cut`. */
void sections_read(struct trace *t, size_t at);

void sections_forget(struct trace *t);

#endif
