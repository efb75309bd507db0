/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace doctor: is the file whole, and can what it says be? Each finding is one sentence. */
#include "trace/vtrace/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

struct doctor {
    json_t *findings; /* NULL: they are printed as they come */
    uint64_t count;
};

__attribute__((format(printf, 2, 3))) static void find(struct doctor *d, const char *format, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    d->count++;
    if (d->findings)
        json_array_append_new(d->findings, json_string(text));
    else
        printf("%s\n", text);
}

static void check_file(struct doctor *d, const struct trace *t)
{
    struct totals n = trace_totals(t);

    if (!t->is_whole)
        find(d, "The file was %s.", t->cut);
    if (n.dropped)
        find(d, "%" PRIu64 " records were dropped.", n.dropped);
    if (n.missing)
        find(d, "%" PRIu64 " records were written but are not here.", n.missing);
    if (t->header.tsc_hz < 1000000 || t->header.tsc_hz > 100000000000)
        find(d, "The clock is said to run at %.3f MHz, which no TSC does.", (double)t->header.tsc_hz / 1e6);
    if (!t->schema.event_count)
        find(d, "The schema knows no event.");
}

/* The time of a packet's last record, and whether its records go forward in time. */
static uint64_t check_records(struct doctor *d, const struct trace *t, const struct ring *r,
                              const struct packet *p, uint64_t before)
{
    const struct record_head *h;
    uint64_t unknown = 0, backwards = 0, records = 0;

    for (uint32_t at = TRACE_HEADER_BYTES; (h = packet_record(p, at)); at += h->words * 8u, records++) {
        uint64_t tsc = (p->header->begin & ~0xffffffffull) | h->time;

        backwards += tsc < before;
        before = tsc;
        unknown += !t->event_of[h->event];
    }
    if (backwards)
        find(d, "CPU %u, packet %" PRIu64 ": %" PRIu64 " records are earlier than the one before them.",
             r->said.cpu, p->header->seq, backwards);
    if (unknown)
        find(d, "CPU %u, packet %" PRIu64 ": %" PRIu64 " of %" PRIu64 " records are of events the schema does "
             "not know.", r->said.cpu, p->header->seq, unknown, records);
    return before;
}

static void check_sequence(struct doctor *d, const struct ring *r, const struct packet_header *last,
                           const struct packet_header *h)
{
    if (h->seq != last->seq + 1)
        find(d, "CPU %u: packet %" PRIu64 " is followed by packet %" PRIu64 ".", r->said.cpu, last->seq, h->seq);
    if (h->first_event < last->first_event || h->discarded < last->discarded || h->begin < last->begin)
        find(d, "CPU %u, packet %" PRIu64 ": its time or counts are behind those of the packet before it.",
             r->said.cpu, h->seq);
    if (h->boot_id != last->boot_id)
        find(d, "CPU %u, packet %" PRIu64 ": it was written in another boot.", r->said.cpu, h->seq);
    if (memcmp(h->uuid, last->uuid, sizeof(h->uuid)))
        find(d, "CPU %u, packet %" PRIu64 ": it was written with another schema.", r->said.cpu, h->seq);
}

static void check_ring(struct doctor *d, const struct trace *t, const struct ring *r)
{
    uint64_t tsc = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct packet *p = &r->packets[i];
        uint32_t at = TRACE_HEADER_BYTES;

        if (i)
            check_sequence(d, r, r->packets[i - 1].header, p->header);
        tsc = check_records(d, t, r, p, tsc > p->header->begin || !i ? p->header->begin : tsc);
        for (const struct record_head *h; (h = packet_record(p, at));)
            at += h->words * 8u;
        if (at != p->bytes)
            find(d, "CPU %u, packet %" PRIu64 ": %u of its %u bytes are not records.", r->said.cpu,
                 p->header->seq, p->bytes - at, p->bytes);
        ring_forget(t, r, i);
    }
}

int verb_doctor(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);
    bool as_json = option_given(o, 'j');
    struct doctor d = {.findings = as_json ? json_array() : NULL};
    int status;

    if (!as_json)
        print_completeness(stdout, t);
    check_file(&d, t);
    for (size_t i = 0; i < t->ring_count; i++)
        check_ring(&d, t, &t->rings[i]);
    if (as_json)
        json_print(json_pack("{s:o,s:o}", "completeness", json_completeness(t), "findings", d.findings), false);
    else if (!d.count)
        puts("Nothing is wrong with this trace.");
    status = exit_status(t);
    trace_close(t);
    return d.count ? EXIT_INCOMPLETE : status;
}
