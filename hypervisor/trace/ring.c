/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring of one CPU beyond the single record (emit.S): packets following each other. read.c reads them.
 *
 * [ring.one-writer]  only its CPU writes a ring; what interrupts the CPU may, in between
 * [ring.exact]       records written = those in packets read + those overwritten; written + dropped =
 *                    attempted, at every moment the CPU is not inside an emission
 * [ring.lost]        a packet before which records were dropped, since the last one began, begins with a record that says
 *                    how many; it is one of those written, and nobody attempted it
 * [ring.head]        what is in the ring is told by the head alone, never by a header of an open packet
 *
 * Also linked into the host's tests, as this very object. Nothing here may assume that it is not
 * interrupted by an emission, except between a check of the head and trace_publish.
 */
#include "trace/emit.h"
#include "trace/place.h"
#include "x86/instructions.h"

struct publish {
    struct packet_header header;
    uint64_t old_content_bits;
    uint32_t *old_guard;
    struct record_head lost; /* behind the header; only counted when there is something to say */
    uint64_t lost_records;
};

void trace_publish(struct trace_ring *r, uint64_t head, const struct publish *p, uint64_t new_head,
                   struct packet_header *at, struct packet_header *old);
void trace_open(struct trace_ring *r, uint64_t head, uint32_t *guard, uint32_t high);
bool trace_turn(struct trace_ring *r, uint32_t bytes);

static bool fits(const struct trace_ring *r, uint64_t head, uint32_t bytes, uint64_t now)
{
    return (uint32_t)head && content_bytes(head) + bytes <= TRACE_PACKET_BYTES &&
           packet_of(r, head)->begin >> 32 == now >> 32;
}

/* The guard of the packet a head points into; that of the ring's own beginning, always shut, before. */
static uint32_t *guard_of(struct trace_ring *r, uint64_t head)
{
    return &r->guard[(uint32_t)head ? ((uint32_t)head - 1) >> TRACE_PACKET_SHIFT : 0];
}

/* Whoever interrupts this may have begun another packet: then that one's guard is shut as well. */
static void shut(struct trace_ring *r)
{
    uint64_t head;

    do {
        head = head_of(r);
        __atomic_store_n(guard_of(r, head), TRACE_GUARD_SHUT, __ATOMIC_RELAXED);
    } while (head != head_of(r));
}

/* May packet `seq` be begun? In TRACE_DROP the reader's word counts, within what can be true. */
static bool may_begin(const struct trace_ring *r, uint64_t seq)
{
    switch (r->mode) {
    case TRACE_DROP:
        return seq - MIN(__atomic_load_n(&r->consumed, __ATOMIC_ACQUIRE), seq) < r->packets;
    case TRACE_FREEZE:
        return seq < r->freeze_at;
    default:
        return true;
    }
}

static void fill_header(const struct trace_ring *r, uint64_t head, uint64_t seq, uint64_t now,
                        struct packet_header *h)
{
    uint32_t count = head >> 32;
    uint64_t before = (uint32_t)head ? packet_of(r, head)->first_event : 0;

    *h = (struct packet_header){
        .magic = TRACE_PACKET_MAGIC,
        .begin = now,
        .packet_bits = TRACE_PACKET_BYTES * 8,
        .seq = seq,
        .discarded = r->dropped,
        .first_event = before + (uint32_t)(count - (uint32_t)before),
        .cpu = r->cpu,
        .domain = r->domain,
        .vcpu = r->vcpu,
        .mode = r->mode,
        .boot_id = r->boot_id,
    };
    for (unsigned i = 0; i < sizeof(h->uuid); i++)
        h->uuid[i] = r->uuid[i];
}

/* Returns what the record takes, and counts for, in the ring's head. */
static uint64_t fill_lost(const struct packet_header *old, struct publish *p)
{
    const uint32_t bytes = sizeof(p->lost) + sizeof(p->lost_records);

    p->lost = (struct record_head){(uint32_t)p->header.begin, TRACE_EVENT_LOST, bytes / 8, 0};
    p->lost_records = p->header.discarded - (old ? old->discarded : 0);
    return p->lost_records ? (1ull << 32) + bytes : 0;
}

/* A record of so many bytes found its guard shut. True: try again; false: it is not wanted, or dropped and
 * counted. */
bool trace_turn(struct trace_ring *r, uint32_t bytes)
{
    uint64_t head = head_of(r), now = rdtsc();
    struct packet_header *old = (uint32_t)head ? packet_of(r, head) : NULL;
    uint64_t seq = old ? old->seq + 1 : 0;
    uint64_t at = slot(r, seq), new_head;
    struct publish p;

    if (r->muted)
        return false; /* not attempted */
    if (fits(r, head, bytes, now)) {
        trace_open(r, head, guard_of(r, head), now >> 32);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (!__atomic_load_n(&r->muted, __ATOMIC_RELAXED))
            return true;
        shut(r); /* another CPU said so meanwhile, and its own shutting may have come before */
        return false;
    }
    if (!may_begin(r, seq)) {
        __asm__ volatile("incq %0" : "+m"(r->dropped)); /* one instruction: [ring.exact] */
        return false;
    }
    fill_header(r, head, seq, now, &p.header);
    p.old_content_bits = old ? content_bytes(head) * 8 : 0;
    p.old_guard = guard_of(r, head);
    new_head = (head & ~0xffffffffull) + at + TRACE_HEADER_BYTES + fill_lost(old, &p);
    trace_publish(r, head, &p, new_head, (struct packet_header *)((char *)r + at), old);
    return true;
}

struct trace_ring *trace_ring_init(void *memory, uint64_t bytes)
{
    struct trace_ring *r = memory;
    uint32_t slots = bytes / TRACE_PACKET_BYTES, guards = slots + 1; /* the last one is behind the ring */
    uint32_t first = ROUND_UP(sizeof(*r) + guards * sizeof(r->guard[0]), TRACE_PACKET_BYTES);

    *r = (struct trace_ring){
        .bytes = bytes,
        .first = first,
        .packets = slots - first / TRACE_PACKET_BYTES,
        .freeze_at = ~0ull,
    };
    for (uint32_t i = 0; i < guards; i++)
        r->guard[i] = TRACE_GUARD_SHUT;
    return r;
}

void trace_mute(struct trace_ring *r, bool on)
{
    __atomic_store_n(&r->muted, on, __ATOMIC_SEQ_CST);
    shut(r);
}
