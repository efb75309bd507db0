/* SPDX-License-Identifier: BSD-2-Clause */
/* Merges the rings: the ring in turn is read for as long as no other ring is earlier. */
#include "trace/vtrace/cursor.h"
#include "trace/vtrace/fail.h"

#include <stdlib.h>

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
    const struct field *next_domain, *next_vcpu; /* of the event that tells who runs; NULL: there is none */
    size_t count;
    struct position *turn; /* whose record was the last; NULL before the first */
    uint64_t until;        /* the others' next records are not before this */
    struct position p[];
};

static void follow_switch(const struct cursor *c, struct position *p)
{
    p->domain = p->next.domain = (uint16_t)field_value(c->next_domain, p->next.payload);
    p->vcpu = p->next.vcpu = (uint16_t)field_value(c->next_vcpu, p->next.payload);
}

static void decode(const struct cursor *c, struct position *p, const struct packet *packet,
                   const struct record_head *h)
{
    const struct event *e = c->t->event_of[h->event];
    unsigned bytes = h->words * 8u - 8;

    p->next = (struct record){
        .tsc = (packet->header->begin & ~0xffffffffull) | h->time,
        .cpu = p->ring->said.cpu,
        .ring = (unsigned)(p->ring - c->t->rings),
        .domain = p->domain,
        .vcpu = p->vcpu,
        .number = h->event,
        .event = e && e->bytes <= bytes ? e : NULL, /* shorter than its schema says: unknown */
        .bytes = bytes,
        .payload = (const uint8_t *)(h + 1),
    };
    if (p->next.event && e == c->t->turn && c->next_domain)
        follow_switch(c, p);
}

static void enter(const struct cursor *c, struct position *p, const struct packet *packet)
{
    p->at = TRACE_HEADER_BYTES;
    p->domain = packet->header->domain;
    p->vcpu = packet->header->vcpu;
    ring_forget(c->t, p->ring, p->packet);
}

/* Steps to the next record of one ring. */
static void advance(const struct cursor *c, struct position *p)
{
    for (p->has = false; p->packet < p->ring->count; p->packet++, p->at = 0) {
        const struct packet *packet = &p->ring->packets[p->packet];
        const struct record_head *h;

        if (!p->at)
            enter(c, p, packet);
        h = packet_record(packet, p->at);
        if (!h)
            continue;
        p->at += h->words * 8u;
        decode(c, p, packet, h);
        p->has = true;
        return;
    }
}

struct cursor *cursor_new(const struct trace *t)
{
    struct cursor *c = must_calloc(1, sizeof(*c) + t->ring_count * sizeof(c->p[0]));

    c->t = t;
    c->count = t->ring_count;
    if (t->turn) {
        c->next_domain = event_field(t->turn, "next_domain");
        c->next_vcpu = event_field(t->turn, "next_vcpu");
        if (!c->next_vcpu)
            c->next_domain = NULL;
    }
    for (size_t i = 0; i < c->count; i++) {
        c->p[i].ring = &t->rings[i];
        advance(c, &c->p[i]);
    }
    return c;
}

/* Whose turn it is, and for how long. Of equal times the lower CPU is first. */
static void choose(struct cursor *c)
{
    c->turn = NULL;
    c->until = UINT64_MAX;
    for (size_t i = 0; i < c->count; i++) {
        struct position *p = &c->p[i];

        if (!p->has)
            continue;
        if (!c->turn || p->next.tsc < c->turn->next.tsc) {
            if (c->turn)
                c->until = c->turn->next.tsc;
            c->turn = p;
        } else if (p->next.tsc < c->until)
            c->until = p->next.tsc;
    }
}

bool cursor_next(struct cursor *c, struct record *r)
{
    if (c->turn)
        advance(c, c->turn);
    if (!c->turn || !c->turn->has || c->turn->next.tsc >= c->until)
        choose(c);
    if (!c->turn)
        return false;
    *r = c->turn->next;
    return true;
}

void cursor_free(struct cursor *c)
{
    free(c);
}
