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

/* The packet being filled, or the oldest there is; what came before it is not part of the recording, or is gone. */
static void stream_begin(struct stream *s, const struct trace_ring *ring, bool all)
{
    const struct packet_header *h = (const void *)batch[0];
    uint64_t end, first;
    uint32_t got;

    *s = (struct stream){.ring = ring};
    first = trace_first_packet(ring, &end);
    s->next = all || !end ? first : end - 1;
    while ((got = trace_read(ring, s->next, true, batch[0])) == TRACE_GONE)
        s->next++; /* a packet that is not there is passed, whoever took it */
    if (!all && got != TRACE_NOT_YET)
        s->before = h->first_event;
    s->seen = s->before;
    if (!all)
        s->dropped_before = __atomic_load_n(&ring->dropped, __ATOMIC_RELAXED);
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
        lengths[n++] = bytes;
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
