/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/live/stream.h"
#include "hypervisor/trace/read.h"
#include "hypervisor/pv/vantage_op.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <string.h>

#define BATCH 64 /* packets of a section, at most */

static uint8_t batch[BATCH][TRACE_PACKET_BYTES] __attribute__((aligned(8)));
static uint32_t lengths[BATCH];

static void put(struct recording *r, const void *data, size_t bytes)
{
    if (fwrite(data, 1, bytes, r->out) != bytes)
        fail("%s cannot be written: %s; what is there can be read", r->path, strerror(errno));
    r->bytes += bytes;
}

static uint64_t records_in(const uint8_t *packet, uint32_t bytes)
{
    uint64_t n = 0;

    for (uint32_t at = TRACE_HEADER_BYTES; at + sizeof(struct record_head) <= bytes; n++) {
        const struct record_head *h = (const void *)(packet + at);

        if (!h->words)
            break;
        at += h->words * 8u;
    }
    return n;
}

/* --- The beginning --- */

/* A packet that is not there is passed, whoever took it. */
static uint32_t read_first(struct stream *s)
{
    uint32_t bytes;

    do {
        s->domain = __atomic_load_n(&s->ring->domain, __ATOMIC_RELAXED);
        s->vcpu = __atomic_load_n(&s->ring->vcpu, __ATOMIC_RELAXED);
        bytes = trace_read(s->ring, s->next, true, batch[0]);
        s->next += bytes == TRACE_GONE;
    } while (bytes == TRACE_GONE);
    return bytes;
}

/* All there is, or what follows the last record in the packet being filled; what came before it is not part of the
 * recording, or is gone. */
static void stream_begin(struct stream *s, const struct trace_ring *ring, bool all)
{
    uint64_t end, first = trace_first_packet(ring, &end);
    uint32_t bytes;

    *s = (struct stream){.ring = ring, .next = all || !end ? first : end - 1};
    bytes = read_first(s);
    if (all)
        return;
    s->dropped_before = __atomic_load_n(&ring->dropped, __ATOMIC_RELAXED);
    if (bytes == TRACE_NOT_YET)
        return;
    s->first = s->next;
    s->skip = bytes - TRACE_HEADER_BYTES;
    s->before = s->seen = ((const struct packet_header *)batch[0])->first_event + records_in(batch[0], bytes);
}

void recording_begin(struct recording *r, const struct live *l, FILE *out, const char *path, bool all)
{
    struct file_header h = l->header;

    *r = (struct recording){.live = l, .out = out, .path = path};
    put(r, &h, sizeof(h));
    put(r, l->schema_text, h.schema_bytes);
    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++)
        if (l->rings[i])
            stream_begin(&r->streams[i], l->rings[i], all);
}

/* --- Packets --- */

/* A recording begins inside a packet, which becomes one that began then. Returns the bytes of any packet that are
 * wanted. */
static uint32_t cut(const struct stream *s, uint8_t *packet, uint32_t bytes)
{
    struct packet_header *h = (void *)packet;
    const struct record_head *record = (const void *)(packet + TRACE_HEADER_BYTES);

    if (!s->skip || h->seq != s->first)
        return bytes;
    bytes -= s->skip;
    memmove(packet + TRACE_HEADER_BYTES, packet + TRACE_HEADER_BYTES + s->skip, bytes - TRACE_HEADER_BYTES);
    h->begin = bytes > TRACE_HEADER_BYTES ? (h->begin & ~0xffffffffull) | record->time : h->end;
    h->first_event = s->before;
    h->discarded = s->dropped_before;
    h->domain = s->domain;
    h->vcpu = s->vcpu;
    h->content_bits = h->packet_bits = bytes * 8ull;
    return bytes;
}

/* Up to BATCH packets into `batch`. */
static unsigned gather(struct stream *s, bool open_too)
{
    unsigned n = 0;
    uint64_t end;

    while (n < BATCH) {
        uint32_t bytes = trace_read(s->ring, s->next, open_too, batch[n]);

        if (bytes == TRACE_NOT_YET)
            break;
        if (bytes == TRACE_GONE) {
            uint64_t first = trace_first_packet(s->ring, &end);

            s->next = first > s->next ? first : s->next + 1;
            continue;
        }
        lengths[n] = cut(s, batch[n], bytes);
        n++;
        s->next++;
    }
    return n;
}

static uint64_t dropped(const struct stream *s)
{
    return __atomic_load_n(&s->ring->dropped, __ATOMIC_RELAXED) - s->dropped_before;
}

static void count(struct stream *s, unsigned packets)
{
    for (unsigned i = 0; i < packets; i++) {
        uint64_t records = records_in(batch[i], lengths[i]);

        s->read += records;
        s->seen = ((const struct packet_header *)batch[i])->first_event + records;
    }
}

static void put_section(struct recording *r, struct stream *s, unsigned packets)
{
    struct file_ring f = {
        .cpu = s->ring->cpu,
        .mode = s->ring->mode,
        .dropped = dropped(s),
        .packets = packets,
        .before = s->before,
    };

    count(s, packets);
    memcpy(f.magic, FILE_RING, sizeof(f.magic));
    f.attempted = s->seen + f.dropped;
    put(r, &f, sizeof(f));
    for (unsigned i = 0; i < packets; i++)
        put(r, batch[i], lengths[i]);
    if (fflush(r->out))
        fail("%s cannot be written: %s; what is there can be read", r->path, strerror(errno));
}

/* In the mode that waits for its readers the writer is told. */
static void tell(const struct recording *r, const struct stream *s)
{
    if (s->ring->mode == TRACE_DROP)
        live_call(r->live, VANTAGE_TRACE_READ, s->ring->cpu | s->next << 8);
}

unsigned recording_turn(struct recording *r)
{
    unsigned fullest = 0;

    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++) {
        struct stream *s = &r->streams[i];
        unsigned n, new = 0;

        while (s->ring && (n = gather(s, false))) {
            put_section(r, s, n);
            tell(r, s);
            new += n;
        }
        if (s->ring && new * 100 / s->ring->packets > fullest)
            fullest = new * 100 / s->ring->packets;
    }
    return fullest;
}

void recording_end(struct recording *r)
{
    struct file_end e = {.magic = {0}};

    recording_turn(r);
    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++)
        if (r->streams[i].ring)
            put_section(r, &r->streams[i], gather(&r->streams[i], true));
    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++)
        if (r->live->histograms[i])
            put(r, r->live->histograms[i], r->live->histograms[i]->bytes);
    memcpy(e.magic, FILE_END, sizeof(e.magic));
    e.bytes = r->bytes + sizeof(e);
    put(r, &e, sizeof(e));
    if (fflush(r->out))
        fail("%s cannot be written: %s; what is there can be read", r->path, strerror(errno));
}

struct recorded recording_totals(const struct recording *r)
{
    struct recorded t = {0};

    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++) {
        const struct stream *s = &r->streams[i];

        if (!s->ring)
            continue;
        t.read += s->read;
        t.overwritten += s->seen - s->before - s->read;
        t.dropped += dropped(s);
    }
    return t;
}
