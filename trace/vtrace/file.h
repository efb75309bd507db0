/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace file (trace/ring.h), opened: its rings, their packets, and the records of all CPUs in the order
 * of time. A file that was cut gives every complete packet and says what is missing.
 */
#ifndef VTRACE_FILE_H
#define VTRACE_FILE_H

#include "trace/ring.h"
#include "trace/vtrace/schema.h"

struct packet {
    const struct packet_header *header;
    uint32_t bytes;
};

struct ring {
    struct file_ring said;
    struct packet *packets;
    size_t count;
    uint64_t records;     /* in those packets */
    uint64_t damaged;     /* packets whose records do not add up */
    uint64_t overwritten; /* records that were there before the first packet */
};

struct trace {
    const uint8_t *data;
    size_t size;
    struct file_header header;
    struct schema schema;
    struct ring *rings;
    size_t ring_count;
    bool is_whole;   /* the end is there and fits */
    char cut[160];   /* otherwise: what is missing */
    const struct event *event_of[65536];
    const struct event *turn; /* the event that tells who runs */
};

struct record {
    uint64_t tsc;
    unsigned cpu;
    uint16_t domain, vcpu; /* who ran */
    uint16_t number;
    const struct event *event; /* NULL: not in the schema */
    unsigned bytes;            /* of the payload */
    const uint8_t *payload;
};

/* NULL, with a sentence in `why`, when the file is no trace. */
struct trace *trace_open(const char *path, char *why, size_t why_size);
void trace_close(struct trace *t);

/* Records in the order of time. `state` begins zeroed and is freed by the last call, which returns false. */
struct cursor;
struct cursor *cursor_new(const struct trace *t);
bool cursor_next(struct cursor *c, struct record *r);
void cursor_free(struct cursor *c);

/* ns since boot; ns of a number of ticks. */
double trace_ns(const struct trace *t, uint64_t tsc);
double ticks_ns(const struct trace *t, uint64_t ticks);

struct totals {
    uint64_t attempted, dropped, overwritten, read, missing;
};
struct totals trace_totals(const struct trace *t);

#endif
