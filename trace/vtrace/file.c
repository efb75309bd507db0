/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens a trace file and walks it. Everything in it may be wrong: nothing is used before it is checked
 * against the bytes that are there.
 */
#include "trace/vtrace/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Packets and rings --- */

static const struct record_head *record_at(const struct packet *p, uint32_t at)
{
    const struct record_head *h = (const void *)((const uint8_t *)p->header + at);

    if (at + sizeof(*h) > p->bytes || h->words < 1 || at + h->words * 8u > p->bytes)
        return NULL;
    return h;
}

/* Records of a packet; *whole: they fill it. */
static uint64_t records_of(const struct packet *p, bool *whole)
{
    uint32_t at = TRACE_HEADER_BYTES;
    const struct record_head *h;
    uint64_t n = 0;

    for (; (h = record_at(p, at)); n++)
        at += h->words * 8u;
    *whole = at == p->bytes;
    return n;
}

/* The packet at `at`, if it is there as a whole. */
static bool packet_at(const struct trace *t, size_t at, uint32_t cpu, struct packet *p)
{
    const struct packet_header *h = (const void *)(t->data + at);

    if (t->size - at < sizeof(*h) || h->magic != TRACE_PACKET_MAGIC || h->cpu != cpu)
        return false;
    if (h->content_bits > h->packet_bits || h->packet_bits % 64 || h->content_bits % 64 ||
        h->packet_bits / 8 > TRACE_PACKET_BYTES || h->content_bits / 8 < sizeof(*h))
        return false;
    *p = (struct packet){h, (uint32_t)(h->content_bits / 8)};
    return t->size - at >= h->packet_bits / 8;
}

static void add_packet(struct ring *r, struct packet p)
{
    bool whole;

    if (!(r->count & (r->count - 1))) {
        r->packets = realloc(r->packets, (r->count ? r->count * 2 : 1) * sizeof(p));
        if (!r->packets)
            abort();
    }
    if (!r->count)
        r->overwritten = p.header->first_event;
    r->packets[r->count++] = p;
    r->records += records_of(&p, &whole);
    r->damaged += !whole;
}

static struct ring *add_ring(struct trace *t, const struct file_ring *said)
{
    t->rings = realloc(t->rings, (t->ring_count + 1) * sizeof(*t->rings));
    if (!t->rings)
        abort();
    t->rings[t->ring_count] = (struct ring){.said = *said};
    return &t->rings[t->ring_count++];
}

/* One ring from *at on; false when the file ends in it. */
static bool scan_ring(struct trace *t, size_t *at)
{
    struct file_ring said;
    struct packet p;
    struct ring *r;

    memcpy(&said, t->data + *at, sizeof(said));
    *at += sizeof(said);
    r = add_ring(t, &said);
    while (r->count < said.packets) {
        if (!packet_at(t, *at, said.cpu, &p)) {
            snprintf(t->cut, sizeof(t->cut),
                     "cut at byte %zu, in packet %zu of %" PRIu64 " of CPU %u", t->size, r->count + 1,
                     said.packets, said.cpu);
            return false;
        }
        add_packet(r, p);
        *at += p.header->packet_bits / 8;
    }
    return true;
}

static bool has(const struct trace *t, size_t at, const char *magic, size_t bytes)
{
    return t->size - at >= bytes && !memcmp(t->data + at, magic, 8);
}

static void scan(struct trace *t, size_t at)
{
    while (has(t, at, FILE_RING, sizeof(struct file_ring)))
        if (!scan_ring(t, &at))
            return;
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

/* --- Opening --- */

static bool map_file(struct trace *t, const char *path, char *why, size_t why_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat s;
    void *data = MAP_FAILED;

    if (fd >= 0 && !fstat(fd, &s) && s.st_size)
        data = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        snprintf(why, why_size, "%s: %s", path, fd >= 0 ? "the file is empty" : strerror(errno));
    if (fd >= 0)
        close(fd);
    if (data == MAP_FAILED)
        return false;
    t->data = data;
    t->size = (size_t)s.st_size;
    return true;
}

static bool read_header(struct trace *t, const char *path, char *why, size_t why_size)
{
    struct file_header *h = &t->header;
    char reason[100];

    if (t->size < sizeof(*h) || memcmp(t->data, FILE_MAGIC, 8)) {
        snprintf(why, why_size, "%s: this is not a Vantage trace", path);
        return false;
    }
    memcpy(h, t->data, sizeof(*h));
    if (h->version != FILE_VERSION || !h->tsc_hz || h->schema_bytes % 8) {
        snprintf(why, why_size, "%s: version %u of the format, or a damaged header; this program reads "
                 "version %u", path, h->version, FILE_VERSION);
        return false;
    }
    if (t->size - sizeof(*h) < h->schema_bytes) {
        snprintf(why, why_size, "%s: cut at byte %zu, inside its schema: no record can be read", path,
                 t->size);
        return false;
    }
    if (!schema_parse(&t->schema, (const char *)t->data + sizeof(*h), h->schema_bytes, reason,
                      sizeof(reason))) {
        snprintf(why, why_size, "%s: %s", path, reason);
        return false;
    }
    return true;
}

struct trace *trace_open(const char *path, char *why, size_t why_size)
{
    struct trace *t = calloc(1, sizeof(*t));

    if (!t)
        abort();
    if (!map_file(t, path, why, why_size) || !read_header(t, path, why, why_size)) {
        trace_close(t);
        return NULL;
    }
    for (size_t i = 0; i < t->schema.event_count; i++)
        t->event_of[t->schema.events[i].number] = &t->schema.events[i];
    t->turn = schema_event_named(&t->schema, "switch");
    scan(t, sizeof(t->header) + t->header.schema_bytes);
    return t;
}

void trace_close(struct trace *t)
{
    for (size_t i = 0; i < t->ring_count; i++)
        free(t->rings[i].packets);
    free(t->rings);
    schema_free(&t->schema);
    if (t->data)
        munmap((void *)t->data, t->size);
    free(t);
}

/* --- Records --- */

struct position {
    const struct ring *ring;
    size_t packet;
    uint32_t at;
    uint16_t domain, vcpu;
    bool has;           /* `next` is a record */
    struct record next;
};

struct cursor {
    const struct trace *t;
    size_t count;
    struct position p[];
};

static void follow_switch(struct position *p, const struct event *e)
{
    const struct field *domain = event_field(e, "next_domain"), *vcpu = event_field(e, "next_vcpu");

    if (domain && vcpu) {
        p->domain = (uint16_t)field_value(domain, p->next.payload);
        p->vcpu = (uint16_t)field_value(vcpu, p->next.payload);
    }
}

/* Steps to the next record of one ring. */
static void advance(const struct trace *t, struct position *p)
{
    for (p->has = false; p->packet < p->ring->count; p->packet++, p->at = 0) {
        const struct packet *packet = &p->ring->packets[p->packet];
        const struct record_head *h;

        if (!p->at) {
            p->at = TRACE_HEADER_BYTES;
            p->domain = packet->header->domain;
            p->vcpu = packet->header->vcpu;
        }
        h = record_at(packet, p->at);
        if (!h)
            continue;
        p->at += h->words * 8u;
        p->next = (struct record){
            .tsc = (packet->header->begin & ~0xffffffffull) | h->time,
            .cpu = p->ring->said.cpu,
            .domain = p->domain,
            .vcpu = p->vcpu,
            .number = h->event,
            .event = t->event_of[h->event],
            .bytes = h->words * 8u - 8,
            .payload = (const uint8_t *)(h + 1),
        };
        if (p->next.event && p->next.event->bytes > p->next.bytes)
            p->next.event = NULL; /* shorter than its schema says */
        if (p->next.event && p->next.event == t->turn)
            follow_switch(p, p->next.event);
        p->has = true;
        return;
    }
}

struct cursor *cursor_new(const struct trace *t)
{
    struct cursor *c = calloc(1, sizeof(*c) + t->ring_count * sizeof(c->p[0]));

    if (!c)
        abort();
    c->t = t;
    c->count = t->ring_count;
    for (size_t i = 0; i < c->count; i++) {
        c->p[i].ring = &t->rings[i];
        advance(t, &c->p[i]);
    }
    return c;
}

bool cursor_next(struct cursor *c, struct record *r)
{
    struct position *first = NULL;

    for (size_t i = 0; i < c->count; i++)
        if (c->p[i].has && (!first || c->p[i].next.tsc < first->next.tsc))
            first = &c->p[i];
    if (!first)
        return false;
    *r = first->next;
    advance(c->t, first);
    return true;
}

void cursor_free(struct cursor *c)
{
    free(c);
}

double ticks_ns(const struct trace *t, uint64_t ticks)
{
    return (double)ticks * 1e9 / (double)t->header.tsc_hz;
}

double trace_ns(const struct trace *t, uint64_t tsc)
{
    return (double)(int64_t)(tsc - t->header.tsc_at_boot) * 1e9 / (double)t->header.tsc_hz;
}

struct totals trace_totals(const struct trace *t)
{
    struct totals n = {0};

    for (size_t i = 0; i < t->ring_count; i++) {
        const struct ring *r = &t->rings[i];

        n.attempted += r->said.attempted;
        n.dropped += r->said.dropped;
        n.overwritten += r->overwritten;
        n.read += r->records;
        if (r->said.attempted >= r->said.dropped + r->overwritten + r->records)
            n.missing += r->said.attempted - r->said.dropped - r->overwritten - r->records;
    }
    return n;
}
