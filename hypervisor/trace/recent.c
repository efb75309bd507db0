/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last records of every CPU on the console, decoded: what a panic prints. Names come from events.def;
 * numbers of enumerations stay numbers.
 */
#include "lib/bug.h"
#include "lib/format.h"
#include "trace/rings.h"

/* The field at *at of the payload, which then is behind it; fields lie as C's members do. */
static int64_t field_value(const struct trace_field *f, const uint8_t *payload, unsigned *at)
{
    unsigned bytes = trace_field_bytes[f->type];
    uint64_t v = 0;

    *at = ROUND_UP(*at, bytes);
    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)payload[*at + i] << 8 * i;
    *at += bytes;
    if (f->type >= FIELD_s16)
        return (int64_t)(v << (64 - 8 * bytes)) >> (64 - 8 * bytes);
    return (int64_t)v;
}

static int print_field(char *out, size_t size, const struct trace_field *f, int64_t v)
{
    if (f->type >= FIELD_s16 || (uint64_t)v < 10000)
        return format(out, size, " %s=%ld", f->name, v);
    return format(out, size, " %s=0x%lx", f->name, (uint64_t)v);
}

static void print_record(const struct trace_ring *r, uint64_t begin, const struct record_head *h)
{
    const struct trace_event *e = trace_event_by_number(h->event);
    uint64_t tsc = (begin & ~0xffffffffull) | h->time;
    char text[192];
    size_t n = 0;
    unsigned at = 0;

    text[0] = 0;
    for (unsigned i = 0; e && i < e->fields; i++) {
        int64_t v = field_value(&e->field[i], (const uint8_t *)(h + 1), &at);

        if (n < sizeof(text))
            n += print_field(text + n, sizeof(text) - n, &e->field[i], v);
    }
    printk("  cpu%u %lu %s%s\n", r->cpu, tsc, e ? e->name : "?", text);
}

/* Walks the records of a packet; prints those after the first `skip`. Returns how many there are. */
static unsigned walk(const struct trace_ring *r, const uint8_t *packet, uint32_t bytes, unsigned skip)
{
    const struct packet_header *p = (const void *)packet;
    unsigned n = 0;

    for (uint32_t at = TRACE_HEADER_BYTES; at + 8 <= bytes; n++) {
        const struct record_head *h = (const void *)(packet + at);

        if (h->words < 2 || at + h->words * 8 > bytes)
            break;
        if (n >= skip)
            print_record(r, p->begin, h);
        at += h->words * 8;
    }
    return n;
}

static uint32_t fetch(const struct trace_ring *r, uint64_t seq, uint8_t *packet)
{
    uint32_t bytes = trace_read(r, seq, true, packet);

    return bytes > TRACE_GONE ? bytes : 0;
}

static void print_ring(const struct trace_ring *r, unsigned records)
{
    static uint8_t packet[TRACE_PACKET_BYTES] __attribute__((aligned(8)));
    uint64_t end, first = trace_first_packet(r, &end), seq = end;
    unsigned found = 0, skip;

    while (seq > first && found < records)
        found += walk(r, packet, fetch(r, --seq, packet), ~0u);
    skip = found - MIN(found, records);
    for (; seq < end; seq++) {
        unsigned n = walk(r, packet, fetch(r, seq, packet), skip);

        skip -= MIN(skip, n);
    }
}

void trace_print_recent(unsigned records)
{
    if (!trace_has_rings)
        return;
    trace_stop();
    printk("trace: the last records of each CPU (time in TSC ticks)\n");
    for (unsigned i = 0; i < MAX_CPUS; i++)
        if (trace_rings[i])
            print_ring(trace_rings[i], records);
}
