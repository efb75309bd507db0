/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The running hypervisor, from dom0: its rings, mapped to be read, and its switches. All of it through the
 * privileged interface of stock Linux (xen-privcmd) by libxencall and libxenforeignmemory.
 */
#ifndef VTRACE_LIVE_H
#define VTRACE_LIVE_H

#include "trace/histogram.h"
#include "trace/ring.h"
#include "trace/vtrace/schema.h"

struct xencall_handle;
struct xenforeignmemory_handle;

struct live {
    struct xencall_handle *calls;
    struct xenforeignmemory_handle *memory;
    struct file_header header;
    const char *schema_text; /* header.schema_bytes */
    struct schema schema;
    const struct trace_ring *rings[TRACE_DESCRIPTOR_CPUS]; /* NULL: that CPU has none */
    const struct trace_histograms *histograms[TRACE_DESCRIPTOR_CPUS]; /* likewise */
};

/* Fails with a sentence where this is not dom0 of a Vantage. */
void live_open(struct live *l);

/* Maps the rings as well. */
void live_map_rings(struct live *l);

/* Maps their CPUs' histograms, after the rings. */
void live_map_histograms(struct live *l);

/* Maps what was kept of them when a domain last crashed, in their place. False: there is nothing. */
bool live_map_copies(struct live *l);

/* A command of hypervisor/pv/vantage_op.h; its result, or -1 with errno set. */
long live_call(const struct live *l, unsigned command, uint64_t argument);

/* The same with an argument in memory, which is only read. */
long live_call_with(const struct live *l, unsigned command, const void *argument, size_t bytes);

#endif
