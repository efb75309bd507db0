/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a ring that is being written: by the hypervisor itself, and by vtrace, which maps it. Nothing is
 * written, and the writer waits for nobody; what it spoils meanwhile is noticed. [packet.seq]
 */
#include "trace/read.h"
#include "trace/place.h"
#include "x86/instructions.h"

static uint64_t seq_read(const struct packet_header *h)
{
    return __atomic_load_n(&h->seq, __ATOMIC_ACQUIRE);
}

#define TRIES 1000 /* far more than a writer can spoil; a ring in ruins ends here */

/* Where the writer is: the head, and of the packet it points into what its header says. A head of 0: nothing is there, or
 * nothing can be read. */
struct position {
    uint64_t head, seq, first_event;
};

/* The writer may be anywhere meanwhile: what was read belongs together when the head has not left the packet. */
static struct position position(const struct trace_ring *r)
{
    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t head = head_of(r), again;
        const struct packet_header *p = packet_of(r, head);
        struct position at = {.head = head};

        if (!(uint32_t)head)
            break;
        at.seq = seq_read(p);
        at.first_event = __atomic_load_n(&p->first_event, __ATOMIC_ACQUIRE);
        again = head_of(r);
        if (packet_of(r, again) == p && slot(r, at.seq) == (((uint32_t)head - 1) & ~PACKET_MASK) &&
            (uint32_t)(again >> 32) - (uint32_t)(head >> 32) < TRACE_PACKET_BYTES / 8)
            return at;
    }
    return (struct position){0};
}

uint64_t trace_written(const struct trace_ring *r)
{
    struct position at = position(r);

    return at.first_event + (uint32_t)((uint32_t)(at.head >> 32) - (uint32_t)at.first_event);
}

uint64_t trace_first_packet(const struct trace_ring *r, uint64_t *end)
{
    struct position at = position(r);

    *end = at.head ? at.seq + 1 : 0;
    return *end > r->packets ? *end - r->packets : 0;
}

/* Copies word by word: the writer may be writing there, and a torn packet is noticed afterwards. */
static void copy_words(uint64_t *to, const uint64_t *from, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes / 8; i++)
        to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

uint32_t trace_read(const struct trace_ring *r, uint64_t seq, bool open_too, void *to)
{
    const struct packet_header *from = (const void *)((const char *)r + slot(r, seq));
    struct position at = position(r);
    struct packet_header *h = to;
    uint32_t bytes;

    if (!at.head || seq > at.seq || (seq == at.seq && !open_too))
        return TRACE_NOT_YET;
    if (at.seq - seq >= r->packets)
        return TRACE_GONE;
    copy_words(to, (const uint64_t *)from, TRACE_PACKET_BYTES);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (h->seq != seq || seq_read(from) != seq)
        return TRACE_GONE; /* [packet.seq] */
    if (seq == at.seq) {
        bytes = content_bytes(at.head);
        h->content_bits = bytes * 8ull;
        h->end = rdtsc();
    }
    bytes = h->content_bits / 8;
    h->packet_bits = h->content_bits;
    return bytes;
}
