/* SPDX-License-Identifier: BSD-2-Clause */
/* Where things are in a ring, as its head says; for ring.c and read.c. */
#ifndef TRACE_PLACE_H
#define TRACE_PLACE_H

#include "lib/types.h"
#include "trace/ring.h"

#define PACKET_MASK ((uint64_t)TRACE_PACKET_BYTES - 1)

static inline uint64_t head_of(const struct trace_ring *r)
{
    return __atomic_load_n(&r->head, __ATOMIC_ACQUIRE);
}

/* The packet a head points into; meaningless before the first. */
static inline struct packet_header *packet_of(const struct trace_ring *r, uint64_t head)
{
    return (struct packet_header *)((char *)r + (((uint32_t)head - 1) & ~PACKET_MASK));
}

static inline uint64_t content_bytes(uint64_t head)
{
    return (((uint32_t)head - 1) & PACKET_MASK) + 1;
}

static inline uint64_t slot(const struct trace_ring *r, uint64_t seq)
{
    return r->first + seq % r->packets * TRACE_PACKET_BYTES;
}

#endif
