/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's trace on disk: a CTF directory, one stream of packets (trace/ring.h) for each CPU. */
#ifndef BPF_STREAM_H
#define BPF_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "trace/ring.h"

struct stream {
    const char *directory;
    uint32_t cpu;
    uint16_t domain;
    int fd;           /* -1: nothing written yet */
    uint64_t last;    /* TSC of the last record: a stream never goes back in time */
    uint64_t lost;    /* records lost before the packet that will be written next */
    uint64_t records, seq, first_event;
    uint32_t used;    /* bytes of `packet`; 0: none is open */
    uint8_t packet[TRACE_PACKET_BYTES];
};

/* Appends a record; `words` are the payload's. 0, or -1 with errno. */
int stream_put(struct stream *s, uint64_t tsc, uint16_t event, int is_span, const void *payload, size_t words);

/* Writes out what is there. 0, or -1 with errno. */
int stream_flush(struct stream *s);

/* What every packet carries: the same for all traces with the same schema. */
extern uint8_t stream_uuid[16];
void stream_set_schema(const char *schema);

#endif
