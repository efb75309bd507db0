/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring of one CPU beyond the single record (emit.S): packets following each other, and reading them.
 *
 * [ring.one-writer]  only its CPU writes a ring; what interrupts the CPU may, in between
 * [ring.exact]       records written = those in packets read + those overwritten; written + dropped =
 *                    attempted, at every moment the CPU is not inside an emission
 * [ring.head]        what is in the ring is told by the head alone, never by a header of an open packet
 *
 * Also linked into the host's tests, as this very object. Nothing here may assume that it is not
 * interrupted by an emission, except between a check of the head and trace_publish.
 */
#include "trace/emit.h"
#include "x86/instructions.h"

#define PACKET_MASK ((uint64_t)TRACE_PACKET_BYTES - 1)

struct publish {
    struct packet_header header;
    uint64_t old_content_bits;
    uint32_t *old_guard;
};

void trace_publish(struct trace_ring *r, uint64_t head, const struct publish *p, uint64_t new_head,
                   struct packet_header *at, struct packet_header *old);
void trace_open(struct trace_ring *r, uint64_t head, uint32_t *guard, uint32_t high);
bool trace_turn(struct trace_ring *r, uint32_t bytes);

static uint64_t head_of(const struct trace_ring *r)
{
    return __atomic_load_n(&r->head, __ATOMIC_ACQUIRE);
}

/* The packet a head points into; meaningless before the first. */
static struct packet_header *packet_of(const struct trace_ring *r, uint64_t head)
{
    return (struct packet_header *)((char *)r + (((uint32_t)head - 1) & ~PACKET_MASK));
}

static uint64_t content_bytes(uint64_t head)
{
    return (((uint32_t)head - 1) & PACKET_MASK) + 1;
}

static bool fits(const struct trace_ring *r, uint64_t head, uint32_t bytes, uint64_t now)
{
    return (uint32_t)head && content_bytes(head) + bytes <= TRACE_PACKET_BYTES &&
           packet_of(r, head)->begin >> 32 == now >> 32;
}

static uint64_t slot(const struct trace_ring *r, uint64_t seq)
{
    return r->first + seq % r->packets * TRACE_PACKET_BYTES;
}

/* The guard of the packet a head points into; that of the ring's own beginning, always shut, before. */
static uint32_t *guard_of(struct trace_ring *r, uint64_t head)
{
    return &r->guard[(uint32_t)head ? ((uint32_t)head - 1) >> TRACE_PACKET_SHIFT : 0];
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

/* A record of so many bytes found its guard shut. True: try again; false: it is not wanted, or dropped and
 * counted. */
void trace_open(struct trace_ring *r, uint64_t head, uint32_t *guard, uint32_t high);
bool trace_turn(struct trace_ring *r, uint32_t bytes)
{
    uint64_t head = head_of(r), now = rdtsc();
    struct packet_header *old = (uint32_t)head ? packet_of(r, head) : NULL;
    uint64_t seq = old ? old->seq + 1 : 0;
    uint64_t at = slot(r, seq);
    struct publish p;

    if (r->muted)
        return false; /* not attempted */
    if (fits(r, head, bytes, now)) {
        trace_open(r, head, guard_of(r, head), now >> 32);
        return true;
    }
    if (!may_begin(r, seq)) {
        __asm__ volatile("incq %0" : "+m"(r->dropped)); /* one instruction: [ring.exact] */
        return false;
    }
    fill_header(r, head, seq, now, &p.header);
    p.old_content_bits = old ? content_bytes(head) * 8 : 0;
    p.old_guard = guard_of(r, head);
    trace_publish(r, head, &p, (head & ~0xffffffffull) | (at + TRACE_HEADER_BYTES),
                  (struct packet_header *)((char *)r + at), old);
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

/* Whoever interrupts this may have begun another packet: then that one's guard is shut as well. */
void trace_mute(struct trace_ring *r, bool on)
{
    uint64_t head;

    r->muted = on;
    do {
        head = head_of(r);
        __atomic_store_n(guard_of(r, head), TRACE_GUARD_SHUT, __ATOMIC_RELAXED);
    } while (head != head_of(r));
}

/* --- Reading --- */

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
