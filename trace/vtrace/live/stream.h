/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Live rings written as a trace file (trace/ring.h), a section for each ring now and then. Rings are only read; what
 * the writer overtakes is counted as overwritten, to the record.
 */
#ifndef VTRACE_STREAM_H
#define VTRACE_STREAM_H

#include "trace/vtrace/live/live.h"

#include <stdio.h>

struct stream {
    const struct trace_ring *ring;
    uint64_t next;           /* number of the packet to read next */
    uint64_t before;         /* records before the recording, */
    uint64_t dropped_before; /* and those dropped */
    uint64_t first;          /* number of the packet in which the recording begins, */
    uint32_t skip;           /* behind so many bytes of records: they are not part of it; */
    uint16_t domain, vcpu;   /* who ran then */
    uint64_t seen;           /* records of the CPU up to the end of the last packet read */
    uint64_t read;           /* records in packets read */
};

struct recording {
    const struct live *live;
    FILE *out;
    const char *path;
    uint64_t bytes;
    struct stream streams[TRACE_DESCRIPTOR_CPUS];
};

/* Writes the file's head. `all`: with what the rings hold already; otherwise what is recorded from now on. */
void recording_begin(struct recording *r, const struct live *l, FILE *out, const char *path, bool all);

/* Writes what is closed; returns the largest part of a ring that was new, in percent. */
unsigned recording_turn(struct recording *r);

/* Writes what is left, that of open packets too, and the file's end. */
void recording_end(struct recording *r);

struct recorded {
    uint64_t read, overwritten, dropped;
};
struct recorded recording_totals(const struct recording *r);

#endif
