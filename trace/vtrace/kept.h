/* SPDX-License-Identifier: BSD-2-Clause */
/* The histograms that the hypervisor always keeps (trace/histograms.def), shown; of all CPUs together. */
#ifndef VTRACE_KEPT_H
#define VTRACE_KEPT_H

#include <jansson.h>

struct options;
struct trace;

/* Out of the trace file or the memory dump that the first path names; further ones choose histograms. */
int kept_in_file(const struct options *o);

/* All of a trace's that hold anything. */
json_t *kept_json(const struct trace *t);

/* Of the running hypervisor, in dom0; paths choose histograms. */
int kept_live(const struct options *o);

#endif
