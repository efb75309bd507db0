/* SPDX-License-Identifier: BSD-2-Clause */
/* See host.h. */
#define _GNU_SOURCE
#include "trace/test/host.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

void block_init(uint8_t *block, struct trace_ring *r)
{
    void *ring = r;

    memcpy(block + BLOCK_BYTES - 128 + CPU_TRACE, &ring, sizeof(ring));
}

__attribute__((noinline)) void block_run(uint8_t *block, void (*function)(void *), void *argument)
{
    __asm__ volatile("mov %%rsp, %%rbx\n\t"
                     "mov %[top], %%rsp\n\t"
                     "call *%[function]\n\t"
                     "mov %%rbx, %%rsp"
                     : "+D"(argument)
                     : [top] "r"(block + BLOCK_BYTES - 128), [function] "r"(function)
                     : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc",
                       "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

bool restart_context(void *context)
{
    greg_t *rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    uint64_t to = restart_check((uint64_t)*rip);
    bool again = to != (uint64_t)*rip;

    *rip = (greg_t)to;
    return again;
}

/* --- Reading --- */

static bool wrong(struct reading *s, const char *what, uint64_t seq, uint32_t at)
{
    snprintf(s->error, sizeof(s->error), "%s in packet %" PRIu64 " at byte %u", what, seq, at);
    return false;
}

static bool event_is_good(struct reading *s, const struct packet_header *p, uint32_t at,
                          const struct record_head *h)
{
    uint64_t time = (p->begin & ~0xffffffffull) | h->time, said = *(const uint64_t *)(h + 1);

    if (h->event == TRACE_EVENT_LOST && at == TRACE_HEADER_BYTES && h->words == 2 && said &&
        s->lost_records + said == p->discarded) {
        s->lost++;
        s->lost_records += said;
    } else if (!event_is_right(h, s->spans_are_long))
        return wrong(s, "an event's record is not what was said", p->seq, at);
    if (time < s->last_time)
        return wrong(s, "time goes back", p->seq, at);
    s->last_time = time;
    return true;
}

static bool record_is_good(struct reading *s, const struct packet_header *p, uint32_t at,
                           const struct record_head *h)
{
    const uint64_t *words = (const uint64_t *)(h + 1);
    unsigned n = h->event - (unsigned)EVENT_TEST, writer = words[0] >> 56;
    uint64_t counter = words[0] & 0xffffffffffffffull;
    uint64_t time = (p->begin & ~0xffffffffull) | h->time;

    if (h->event < EVENT_TEST)
        return event_is_good(s, p, at, h);
    if (n < 1 || n > 4 || h->words != n + 1 || h->flags != writer || writer > 15)
        return wrong(s, "a malformed record", p->seq, at);
    for (unsigned i = 1; i < n; i++)
        if (words[i] != words[0])
            return wrong(s, "a record mixed of two", p->seq, at);
    if (time < s->last_time || time < p->begin || (writer && time < s->not_before))
        return wrong(s, "time goes back", p->seq, at);
    if (counter <= s->last_of[writer])
        return wrong(s, "a writer's records repeated or out of order", p->seq, at);
    s->last_time = time;
    s->last_of[writer] = counter;
    return true;
}

bool reading_packet(struct reading *s, const uint8_t *packet, uint32_t bytes)
{
    const struct packet_header *p = (const void *)packet;
    uint32_t at = TRACE_HEADER_BYTES;

    if (p->magic != TRACE_PACKET_MAGIC || p->content_bits != bytes * 8ull || p->begin < s->last_time ||
        p->first_event < s->next_event)
        return wrong(s, "a bad header", p->seq, 0);
    s->overwritten += p->first_event - s->next_event;
    s->next_event = p->first_event;
    while (at < bytes) {
        const struct record_head *h = (const void *)(packet + at);

        if (at + 8 > bytes || h->words < 2 || at + h->words * 8u > bytes)
            return wrong(s, "a record that leaves its packet", p->seq, at);
        if (!record_is_good(s, p, at, h))
            return false;
        at += h->words * 8u;
        s->read++;
        s->next_event++;
    }
    if (s->lost_records != p->discarded)
        return wrong(s, "records dropped that no record tells of", p->seq, 0);
    if (p->end < s->last_time)
        return wrong(s, "a packet that ends before its last record", p->seq, 0);
    return true;
}

bool reading_all(struct reading *s, const struct trace_ring *r)
{
    static _Thread_local uint64_t packet[TRACE_PACKET_BYTES / 8];
    uint64_t end, seq = trace_first_packet(r, &end);

    for (; seq < end; seq++) {
        uint32_t bytes = trace_read(r, seq, true, packet);

        if (bytes <= TRACE_GONE)
            return wrong(s, "no packet", seq, 0);
        if (!reading_packet(s, (uint8_t *)packet, bytes))
            return false;
    }
    return true;
}
