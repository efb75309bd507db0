/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace file (trace/ring.h), opened: its schema, its rings, their packets. A file that was cut gives every
 * complete packet and says what is missing. Records are read with cursor.h. A copy of a machine's memory is made
 * such a file first, which is gone with the program.
 */
#ifndef VTRACE_FILE_H
#define VTRACE_FILE_H

#include "trace/histogram.h"
#include "trace/ring.h"
#include "trace/vtrace/schema.h"

#define DOMAIN_IDLE 0x7fff /* "runs" when nobody does */

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
    uint64_t overwritten; /* records that had gone when the recording came to them */
    uint64_t next_event;  /* of the CPU, behind the last packet */
};

struct trace {
    const uint8_t *data;
    size_t size;
    void *map;       /* what they are part of */
    size_t map_size;
    size_t boots;    /* that the file tells of, this one included */
    struct file_header header;
    struct schema schema;
    struct ring *rings;
    size_t ring_count;
    const struct trace_histograms **histograms; /* of each CPU, those that are always kept */
    size_t histogram_count;
    bool is_crash;   /* made of what was kept when a domain crashed */
    bool is_whole;   /* the end is there and fits */
    char cut[160];   /* otherwise: what is missing */
    const struct event *event_of[65536];
    struct symbols *symbols;  /* of --symbols, NULL: none; freed with the trace */
    const struct event *turn; /* the event that tells who runs */
};

/* A trace file, or a copy of a machine's memory (boots.h). Of several boots it is the newest, or the one that
 * many before it. NULL, with a sentence in `why`, when there is no such trace. */
struct trace *trace_open_boot(const char *path, size_t before, char *why, size_t why_size);
struct trace *trace_open(const char *path, char *why, size_t why_size);

/* What a copy of memory has of the rings as they were when a domain last crashed. */
struct trace *trace_open_crash(const char *path, char *why, size_t why_size);
void trace_close(struct trace *t);

/* Puts other rings in the place of a trace's own: `bytes` at `data`, aligned to 8, as they would stand behind its
 * schema. They are the caller's, and stay until the trace is closed or given others. */
void trace_put_rings(struct trace *t, const void *data, size_t bytes);

/* The same, or the end of the program with that sentence: what a verb wants. */
struct trace *trace_of(const char *path);

/* Is that a struct trace_histograms as this program knows it, within `bytes`? */
bool histograms_are_good(const struct trace_histograms *h, size_t bytes);

/* The packet that begins at `data`; false: what is there is none, or it is longer than `bytes`. */
bool packet_read(struct packet *p, const void *data, size_t bytes);

/* How many records a packet holds; *whole: they fill it. */
uint64_t packet_records(const struct packet *p, bool *whole);

/* The record at byte `at` of a packet; NULL: none begins there, or it is not there as a whole. */
const struct record_head *packet_record(const struct packet *p, uint32_t at);

/* A reader of `r` is about to enter that packet: memory of those before it may go. */
void ring_forget(const struct trace *t, const struct ring *r, size_t packet);

/* ns since boot; ns of a number of ticks. */
double trace_ns(const struct trace *t, uint64_t tsc);
double ticks_ns(const struct trace *t, uint64_t ticks);

struct totals {
    uint64_t attempted, dropped, overwritten, read, missing;
};
struct totals trace_totals(const struct trace *t);

#endif
