/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a domain crashes, the newest packets of every CPU's ring are copied to where nothing overwrites them but the
 * next crash. A copy is a ring like any other, which nobody writes; the ring it was made of says where it is.
 */
#include "lib/lock.h"
#include "lib/string.h"
#include "trace/place.h"
#include "trace/rings.h"

static struct trace_ring *copies[MAX_CPUS];
static struct lock copying; /* into them */

void trace_copy_init(struct cpu *c, void *memory)
{
    copies[c->id] = memory;
}

static uint64_t records_in(const struct packet_header *h, uint32_t bytes)
{
    uint64_t n = 0;

    for (uint32_t at = TRACE_HEADER_BYTES; at + sizeof(struct record_head) <= bytes; n++) {
        const struct record_head *r = (const void *)((const char *)h + at);

        if (!r->words)
            break;
        at += r->words * 8u;
    }
    return n;
}

/* The packets from `seq` on into their places in the copy; its head is behind the last. */
static void copy_packets(struct trace_ring *to, const struct trace_ring *from, uint64_t seq, uint64_t end)
{
    for (; seq < end; seq++) {
        struct packet_header *h = (void *)((char *)to + slot(to, seq));
        uint32_t bytes = trace_read(from, seq, true, h);

        if (bytes <= TRACE_GONE)
            continue;
        to->head = (h->first_event + records_in(h, bytes)) << 32 | (uint32_t)(slot(to, seq) + bytes);
    }
}

static void copy_ring(struct trace_ring *from, struct trace_ring *to)
{
    uint64_t end, first = trace_first_packet(from, &end);

    memset(to, 0, TRACE_COPY_BYTES);
    trace_ring_init(to, TRACE_COPY_BYTES);
    to->packets = MIN(to->packets, from->packets); /* what is said to be there must be */
    to->mode = TRACE_FREEZE;
    to->freeze_at = 0;
    to->dropped = from->dropped;
    to->cpu = from->cpu;
    to->domain = from->domain;
    to->vcpu = from->vcpu;
    to->boot_id = from->boot_id;
    memcpy(to->uuid, from->uuid, sizeof(to->uuid));
    if (end - first > to->packets)
        first = end - to->packets;
    copy_packets(to, from, first, end);
    __atomic_store_n(&from->copy, mfn_of(to).n << PAGE_SHIFT, __ATOMIC_RELEASE);
}

void trace_freeze(uint16_t domain)
{
    if (!trace_mask)
        return;
    lock_take(&copying);
    for (unsigned i = 0; i < MAX_CPUS; i++)
        if (trace_rings[i] && copies[i])
            copy_ring(trace_rings[i], copies[i]);
    lock_drop(&copying);
    trace_frozen(domain);
}
