/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings in a copy of memory, as trace/ring.h describes them. Only addresses and sizes out of the description are
 * believed; where packets lie follows from these, and what a ring says of itself is checked against that.
 */
#include "trace/vtrace/dump.h"
#include "trace/vtrace/file.h"

#include <string.h>

#define PACKET_MASK (TRACE_PACKET_BYTES - 1u)

struct image {
    const uint8_t *data;
    uint64_t there;         /* bytes of the ring that are in the copy */
    uint32_t open;          /* offset of the packet being filled; 0: none was ever begun */
    uint32_t open_bytes;    /* its content */
    uint64_t end;           /* number behind that of the newest packet */
    struct trace_ring ring; /* its head */
};

/* --- Packets --- */

/* Its header, if the packet at that offset is there as a whole and is that one. */
static bool header_at(const struct image *m, uint64_t at, uint64_t seq, struct packet_header *h)
{
    if (at >= m->there || m->there - at < TRACE_PACKET_BYTES)
        return false;
    memcpy(h, m->data + at, sizeof(*h));
    return h->magic == TRACE_PACKET_MAGIC && h->seq == seq && h->cpu == m->ring.cpu;
}

/* The time of the last record: an open packet has not been told its end. */
static uint64_t last_time(const uint8_t *packet, uint32_t bytes, uint64_t begin)
{
    uint64_t time = begin;
    struct record_head h;

    for (uint32_t at = TRACE_HEADER_BYTES; at + sizeof(h) <= bytes; at += h.words * 8u) {
        memcpy(&h, packet + at, sizeof(h));
        if (!h.words)
            break;
        time = (begin & ~0xffffffffull) | h.time;
    }
    return time;
}

static bool put_packet(FILE *out, const struct image *m, uint64_t seq)
{
    uint64_t at = m->ring.first + seq % m->ring.packets * TRACE_PACKET_BYTES;
    struct packet_header h;

    if (!header_at(m, at, seq, &h))
        return false;
    if (at == m->open) {
        h.content_bits = m->open_bytes * 8ull;
        h.end = last_time(m->data + at, m->open_bytes, h.begin);
    }
    if (h.content_bits % 64 || h.content_bits < sizeof(h) * 8 || h.content_bits > TRACE_PACKET_BYTES * 8)
        return false;
    h.packet_bits = h.content_bits;
    fwrite(&h, sizeof(h), 1, out);
    fwrite(m->data + at + sizeof(h), 1, h.content_bits / 8 - sizeof(h), out);
    return true;
}

/* --- Rings --- */

/* What the ring's head says, where it can be. */
static bool read_head(struct image *m)
{
    uint32_t offset = (uint32_t)m->ring.head;
    struct packet_header h;

    if (!offset)
        return true;
    m->open = (offset - 1) & ~PACKET_MASK;
    m->open_bytes = ((offset - 1) & PACKET_MASK) + 1;
    if (m->open < m->ring.first || m->open_bytes < TRACE_HEADER_BYTES || m->there < m->open + sizeof(h))
        return false;
    memcpy(&h, m->data + m->open, sizeof(h));
    m->end = h.seq + 1;
    return m->ring.first + h.seq % m->ring.packets * TRACE_PACKET_BYTES == m->open;
}

static bool read_ring(struct image *m, const struct memory *in, uint64_t address, uint64_t bytes)
{
    uint64_t slots = bytes / TRACE_PACKET_BYTES;
    struct trace_ring *r = &m->ring;

    *m = (struct image){.end = 0};
    m->data = memory_at(in, address, &m->there);
    if (!m->data || m->there < sizeof(*r))
        return false;
    memcpy(r, m->data, sizeof(*r));
    m->there = m->there < bytes ? m->there : bytes;
    if (r->bytes != bytes || r->first % TRACE_PACKET_BYTES || !r->packets ||
        r->first / TRACE_PACKET_BYTES + (uint64_t)r->packets > slots)
        return false;
    return read_head(m);
}

static uint64_t written(const struct image *m)
{
    struct packet_header h;
    uint32_t count = (uint32_t)(m->ring.head >> 32);

    if (!m->open)
        return 0;
    memcpy(&h, m->data + m->open, sizeof(h));
    return h.first_event + (uint32_t)(count - (uint32_t)h.first_event);
}

static void put_ring(FILE *out, const struct image *m)
{
    uint64_t seq = m->end > m->ring.packets ? m->end - m->ring.packets : 0;
    struct file_ring f = {
        .cpu = m->ring.cpu,
        .mode = m->ring.mode,
        .attempted = written(m) + m->ring.dropped,
        .dropped = m->ring.dropped,
    };
    long at = ftell(out);

    memcpy(f.magic, FILE_RING, 8);
    fwrite(&f, sizeof(f), 1, out);
    for (; seq < m->end; seq++)
        f.packets += put_packet(out, m, seq);
    fseek(out, at, SEEK_SET);
    fwrite(&f, sizeof(f), 1, out);
    fseek(out, 0, SEEK_END);
}

/* The histograms of a CPU are where its ring says. */
static void put_histograms(FILE *out, const struct memory *in, const struct trace_ring *r)
{
    uint64_t there;
    const void *h = r->histograms ? memory_at(in, r->histograms, &there) : NULL;

    if (h && !((uintptr_t)h % 8) && histograms_are_good(h, there))
        fwrite(h, 1, ((const struct trace_histograms *)h)->bytes, out);
}

/* --- The file --- */

static bool put_header(FILE *out, const struct memory *in, const struct trace_descriptor *d, unsigned cpus)
{
    uint64_t there;
    const uint8_t *schema = memory_at(in, d->schema, &there);
    struct file_header h = d->header;

    if (!schema || there < d->header.schema_bytes)
        return false;
    h.cpus = cpus;
    fwrite(&h, sizeof(h), 1, out);
    fwrite(schema, 1, d->header.schema_bytes, out);
    return true;
}

static void put_end(FILE *out)
{
    struct file_end e = {.magic = {0}};

    memcpy(e.magic, FILE_END, 8);
    e.bytes = (uint64_t)ftell(out) + sizeof(e);
    fwrite(&e, sizeof(e), 1, out);
}

bool dump_write(FILE *out, const struct memory *in, const struct trace_descriptor *d)
{
    struct image m;

    if (!put_header(out, in, d, d->header.cpus))
        return false;
    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++) {
        if (!d->ring[i] || !read_ring(&m, in, d->ring[i], d->ring_bytes))
            continue;
        put_ring(out, &m);
        put_histograms(out, in, &m.ring);
    }
    put_end(out);
    return true;
}

/* What was kept of a CPU's ring. */
static bool read_copy(struct image *m, const struct memory *in, const struct trace_descriptor *d, unsigned cpu)
{
    struct trace_ring head;
    const uint8_t *at;
    uint64_t there;

    if (!d->ring[cpu] || !read_ring(m, in, d->ring[cpu], d->ring_bytes) || !m->ring.copy)
        return false;
    at = memory_at(in, m->ring.copy, &there);
    if (!at || there < sizeof(head))
        return false;
    memcpy(&head, at, sizeof(head));
    return read_ring(m, in, m->ring.copy, head.bytes);
}

bool dump_write_copies(FILE *out, const struct memory *in, const struct trace_descriptor *d)
{
    unsigned copies = 0;
    struct image m;

    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++)
        copies += read_copy(&m, in, d, i);
    if (!copies || !put_header(out, in, d, copies))
        return false;
    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++)
        if (read_copy(&m, in, d, i))
            put_ring(out, &m);
    put_end(out);
    return true;
}
