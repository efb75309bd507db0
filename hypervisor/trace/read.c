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

/* The head, and the number of the packet it points into. The writer may be anywhere meanwhile: the two
 * belong together when the head has not left the packet. 0: nothing is there, or nothing can be read. */
static uint64_t position(const struct trace_ring *r, uint64_t *seq)
{
    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t head = head_of(r), again;

        *seq = 0;
        if (!(uint32_t)head)
            return head;
        *seq = seq_read(packet_of(r, head));
        again = head_of(r);
        if (packet_of(r, again) == packet_of(r, head) &&
            slot(r, *seq) == (((uint32_t)head - 1) & ~PACKET_MASK) &&
            (uint32_t)(again >> 32) - (uint32_t)(head >> 32) < TRACE_PACKET_BYTES / 8)
            return head;
    }
    return 0;
}

uint64_t trace_written(const struct trace_ring *r)
{
    uint64_t seq, head = position(r, &seq), first;

    if (!(uint32_t)head)
        return 0;
    first = packet_of(r, head)->first_event;
    return first + (uint32_t)((uint32_t)(head >> 32) - (uint32_t)first);
}

uint64_t trace_first_packet(const struct trace_ring *r, uint64_t *end)
{
    uint64_t seq, head = position(r, &seq);

    *end = (uint32_t)head ? seq + 1 : 0;
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
    uint64_t current, head = position(r, &current);
    const struct packet_header *from =
        (const void *)((const char *)r + slot(r, seq));
    struct packet_header *h = to;
    uint32_t bytes;

    if (!(uint32_t)head || seq > current || (seq == current && !open_too))
        return TRACE_NOT_YET;
    if (current - seq >= r->packets)
        return TRACE_GONE;
    copy_words(to, (const uint64_t *)from, TRACE_PACKET_BYTES);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (h->seq != seq || seq_read(from) != seq)
        return TRACE_GONE; /* [packet.seq] */
    if (seq == current) {
        bytes = content_bytes(head);
        h->content_bits = bytes * 8ull;
        h->end = rdtsc();
    }
    bytes = h->content_bits / 8;
    h->packet_bits = h->content_bits;
    return bytes;
}
