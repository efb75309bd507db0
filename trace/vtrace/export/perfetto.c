/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace export perfetto: TrackEvent packets. A domain is a process, a vCPU a thread. The numbers of fields are
 * those of Perfetto's published protocol; trace/test/perfetto.proto names the ones used here.
 */
#include "trace/vtrace/export/export.h"

#include <stdlib.h>
#include <string.h>

struct message {
    uint8_t bytes[1024];
    size_t count;
};

static void put_byte(struct message *m, uint8_t b)
{
    if (m->count < sizeof(m->bytes))
        m->bytes[m->count++] = b;
}

static void put_varint(struct message *m, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        put_byte(m, (uint8_t)(v | 0x80));
    put_byte(m, (uint8_t)v);
}

static void put_number(struct message *m, unsigned field, uint64_t v)
{
    put_varint(m, field << 3);
    put_varint(m, v);
}

static void put_bytes(struct message *m, unsigned field, const void *bytes, size_t count)
{
    put_varint(m, field << 3 | 2);
    put_varint(m, count);
    for (size_t i = 0; i < count; i++)
        put_byte(m, ((const uint8_t *)bytes)[i]);
}

static void put_string(struct message *m, unsigned field, const char *s)
{
    put_bytes(m, field, s, strlen(s));
}

static void put_message(struct message *m, unsigned field, const struct message *inner)
{
    put_bytes(m, field, inner->bytes, inner->count);
}

enum { TRACE_PACKET = 1, PACKET_TIMESTAMP = 8, PACKET_SEQUENCE = 10, PACKET_EVENT = 11, PACKET_TRACK = 60 };
enum { EVENT_TYPE = 9, EVENT_TRACK = 11, EVENT_CATEGORY = 22, EVENT_NAME = 23 };
enum { TYPE_BEGIN = 1, TYPE_END = 2, TYPE_INSTANT = 3 };
enum { TRACK_UUID = 1, TRACK_NAME = 2, TRACK_THREAD = 4, THREAD_PID = 1, THREAD_TID = 2 };

static void put_packet(struct export *x, const struct message *packet)
{
    struct message head = {.count = 0};

    put_varint(&head, TRACE_PACKET << 3 | 2);
    put_varint(&head, packet->count);
    fwrite(head.bytes, 1, head.count, x->out);
    fwrite(packet->bytes, 1, packet->count, x->out);
}

static uint64_t track_of(const struct record *r)
{
    return ((uint64_t)r->domain << 16 | r->vcpu) + 1;
}

static void put_track(struct export *x, const struct record *r)
{
    struct message thread = {.count = 0}, track = {.count = 0}, packet = {.count = 0};
    char who[24];

    put_number(&thread, THREAD_PID, r->domain + 1u);
    put_number(&thread, THREAD_TID, track_of(r));
    put_number(&track, TRACK_UUID, track_of(r));
    put_string(&track, TRACK_NAME, who_label(who, sizeof(who), r->domain, r->vcpu));
    put_message(&track, TRACK_THREAD, &thread);
    put_number(&packet, PACKET_SEQUENCE, 1);
    put_message(&packet, PACKET_TRACK, &track);
    put_packet(x, &packet);
}

static void put_event(struct export *x, const struct record *r, unsigned type, uint64_t tsc)
{
    struct message event = {.count = 0}, packet = {.count = 0};
    int64_t ns = record_ns(x->t, tsc);
    char label[128];

    put_number(&event, EVENT_TYPE, type);
    put_number(&event, EVENT_TRACK, track_of(r));
    if (type != TYPE_END) {
        put_string(&event, EVENT_CATEGORY, r->event ? r->event->class : "unknown");
        put_string(&event, EVENT_NAME, record_label(label, sizeof(label), x->t, r));
    }
    put_number(&packet, PACKET_TIMESTAMP, ns < 0 ? 0 : (uint64_t)ns);
    put_number(&packet, PACKET_SEQUENCE, 1);
    put_message(&packet, PACKET_EVENT, &event);
    put_packet(x, &packet);
}

struct state {
    uint8_t seen[1 << 16][32]; /* one bit for each vCPU whose track is described */
};

static void begin(struct export *x)
{
    x->state = must_calloc(1, sizeof(struct state));
}

static void record(struct export *x, const struct record *r)
{
    struct state *s = x->state;
    uint8_t *seen = &s->seen[r->domain][r->vcpu / 8 % 32], bit = (uint8_t)(1 << r->vcpu % 8);

    if (!(*seen & bit))
        put_track(x, r);
    *seen |= bit;
    if (r->event && r->event->is_span) {
        put_event(x, r, TYPE_BEGIN, r->tsc - record_ticks(r));
        put_event(x, r, TYPE_END, r->tsc);
    } else
        put_event(x, r, TYPE_INSTANT, r->tsc);
}

static void end(struct export *x)
{
    free(x->state);
}

const struct format format_perfetto;
const struct format format_perfetto = {.begin = begin, .record = record, .end = end};
