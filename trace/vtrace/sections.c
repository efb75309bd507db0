/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sections of a trace file: rings of packets, histograms, others (trace/ring.h). Everything in them may be wrong:
 * nothing is used before it is checked against the bytes that are there.
 */
#include "trace/vtrace/sections.h"
#include "trace/vtrace/fail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* --- Packets and rings --- */

const struct record_head *packet_record(const struct packet *p, uint32_t at)
{
    const struct record_head *h = (const void *)((const uint8_t *)p->header + at);

    if (at + sizeof(*h) > p->bytes || h->words < 1 || at + h->words * 8u > p->bytes)
        return NULL;
    return h;
}

uint64_t packet_records(const struct packet *p, bool *whole)
{
    uint32_t at = TRACE_HEADER_BYTES;
    const struct record_head *h;
    uint64_t n = 0;

    for (; (h = packet_record(p, at)); n++)
        at += h->words * 8u;
    *whole = at == p->bytes;
    return n;
}

bool packet_read(struct packet *p, const void *data, size_t bytes)
{
    const struct packet_header *h = data;

    if (bytes < sizeof(*h) || h->magic != TRACE_PACKET_MAGIC)
        return false;
    if (h->content_bits > h->packet_bits || h->packet_bits % 64 || h->content_bits % 64 ||
        h->packet_bits / 8 > TRACE_PACKET_BYTES || h->content_bits / 8 < sizeof(*h))
        return false;
    *p = (struct packet){h, (uint32_t)(h->content_bits / 8)};
    return bytes >= h->packet_bits / 8;
}

/* The packet at `at`, if it is there as a whole. */
static bool packet_at(const struct trace *t, size_t at, uint32_t cpu, struct packet *p)
{
    return packet_read(p, t->data + at, t->size - at) && p->header->cpu == cpu;
}

/* Is that part of the mapped file? */
static bool is_mapped(const struct trace *t, const void *at)
{
    return (uintptr_t)at - (uintptr_t)t->map < t->map_size;
}

/* A long trace is read in pieces: what is behind the reader need not stay in memory. */
#define PIECE_PACKETS 128

void ring_forget(const struct trace *t, const struct ring *r, size_t packet)
{
    const uint8_t *from, *to;

    if (!packet || packet % PIECE_PACKETS)
        return;
    from = (const uint8_t *)r->packets[packet - PIECE_PACKETS].header;
    to = (const uint8_t *)r->packets[packet - 1].header;
    from = (const uint8_t *)((uintptr_t)from & ~4095ul);
    if (is_mapped(t, from) && to > from)
        madvise((void *)from, (size_t)(to - from) & ~4095ul, MADV_DONTNEED);
}

static void add_packet(const struct trace *t, struct ring *r, struct packet p)
{
    uint64_t seen = r->count ? r->next_event : r->said.before;
    bool whole;

    if (!(r->count & (r->count - 1)))
        r->packets = must_realloc(r->packets, r->count ? r->count * 2 : 1, sizeof(p));
    if (p.header->first_event > seen)
        r->overwritten += p.header->first_event - seen;
    ring_forget(t, r, r->count);
    r->packets[r->count++] = p;
    r->next_event = p.header->first_event + packet_records(&p, &whole);
    r->records += r->next_event - p.header->first_event;
    r->damaged += !whole;
}

/* May what begins at `at` go on with this ring? A guest's ring (merge) has a CPU's number, too, but begins anew. */
static bool goes_on(const struct trace *t, const struct ring *r, const struct file_ring *said, size_t at)
{
    struct packet p;

    if (r->said.cpu != said->cpu || r->said.source != said->source)
        return false;
    return !said->packets || !r->count || !packet_at(t, at, said->cpu, &p) ||
           p.header->seq > r->packets[r->count - 1].header->seq;
}

/* The ring of that CPU, of which this may be a further part. */
static struct ring *add_ring(struct trace *t, const struct file_ring *said, size_t at)
{
    for (size_t i = t->ring_count; i-- > 0;) {
        if (goes_on(t, &t->rings[i], said, at)) {
            t->rings[i].said = *said;
            return &t->rings[i];
        }
    }
    t->rings = must_realloc(t->rings, t->ring_count + 1, sizeof(*t->rings));
    t->rings[t->ring_count] = (struct ring){.said = *said};
    return &t->rings[t->ring_count++];
}

/* One ring from *at on; false when the file ends in it. */
static bool scan_ring(struct trace *t, size_t *at)
{
    struct file_ring said;
    struct packet p;
    struct ring *r;
    uint64_t n = 0;

    memcpy(&said, t->data + *at, sizeof(said));
    *at += sizeof(said);
    r = add_ring(t, &said, *at);
    for (; n < said.packets; n++) {
        if (!packet_at(t, *at, said.cpu, &p)) {
            snprintf(t->cut, sizeof(t->cut),
                     "cut at byte %zu, in packet %" PRIu64 " of %" PRIu64 " of CPU %u", t->size, n + 1, said.packets,
                     said.cpu);
            return false;
        }
        add_packet(t, r, p);
        *at += p.header->packet_bits / 8;
    }
    return true;
}

static bool has(const struct trace *t, size_t at, const char *magic, size_t bytes)
{
    return t->size - at >= bytes && !memcmp(t->data + at, magic, 8);
}

/* Past a section this program does not know. False: there is none, or not as a whole. */
static bool skip_section(const struct trace *t, size_t *at)
{
    struct file_section s;

    if (t->size - *at < sizeof(s) || has(t, *at, FILE_END, sizeof(s)))
        return false;
    memcpy(&s, t->data + *at, sizeof(s));
    if (memcmp(s.magic, "VANT", 4) || s.bytes < sizeof(s) || s.bytes % 8 || s.bytes > t->size - *at)
        return false;
    *at += s.bytes;
    return true;
}

/* Every number of it is in its bounds; `bytes` are there. */
bool histograms_are_good(const struct trace_histograms *h, size_t bytes)
{
    return bytes >= sizeof(*h) && !memcmp(h->magic, FILE_HISTOGRAMS, sizeof(h->magic)) && h->bytes <= bytes &&
           h->steps == TRACE_STEPS && h->buckets == TRACE_BUCKETS && h->bytes >= sizeof(*h) &&
           (h->bytes - sizeof(*h)) / sizeof(h->row[0]) == h->rows;
}

static void keep_histograms(struct trace *t, size_t at)
{
    const struct trace_histograms *h = (const void *)(t->data + at);

    if (!has(t, at, FILE_HISTOGRAMS, sizeof(*h)) || !histograms_are_good(h, t->size - at))
        return;
    t->histograms = must_realloc(t->histograms, t->histogram_count + 1, sizeof(h));
    t->histograms[t->histogram_count++] = h;
}

void sections_read(struct trace *t, size_t at)
{
    for (;;) {
        keep_histograms(t, at);
        if (has(t, at, FILE_RING, sizeof(struct file_ring))) {
            if (!scan_ring(t, &at))
                return;
        } else if (!skip_section(t, &at))
            break;
    }
    if (has(t, at, FILE_END, sizeof(struct file_end))) {
        t->is_whole = t->ring_count == t->header.cpus;
        if (!t->is_whole)
            snprintf(t->cut, sizeof(t->cut), "%u rings were announced, %zu are there",
                     t->header.cpus, t->ring_count);
        return;
    }
    snprintf(t->cut, sizeof(t->cut), "cut at byte %zu, after %zu of %u rings", t->size, t->ring_count,
             t->header.cpus);
}

void sections_forget(struct trace *t)
{
    for (size_t i = 0; i < t->ring_count; i++)
        free(t->rings[i].packets);
    free(t->rings);
    free(t->histograms);
    t->rings = NULL;
    t->histograms = NULL;
    t->ring_count = t->histogram_count = 0;
    t->is_whole = false;
}

void trace_put_rings(struct trace *t, const void *data, size_t bytes)
{
    sections_forget(t);
    t->data = data;
    t->size = bytes;
    sections_read(t, 0);
}
