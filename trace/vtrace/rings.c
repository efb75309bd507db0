/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace rings: what each CPU's trace ring holds and lost, and how often each event-channel port was used. */
#include "trace/vtrace/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PORTS 1024

struct port {
    int64_t domain, port;
    uint64_t sent, raised, was_pending, masked;
};

struct ports {
    struct port rows[MAX_PORTS + 1]; /* the last takes what there is no room for */
    unsigned count;
};

static struct port *port_of(struct ports *p, int64_t domain, int64_t port)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->rows[i].port == port && p->rows[i].domain == domain)
            return &p->rows[i];
    if (p->count == MAX_PORTS) {
        p->rows[MAX_PORTS].port = p->rows[MAX_PORTS].domain = -1;
        return &p->rows[MAX_PORTS];
    }
    p->rows[p->count] = (struct port){.domain = domain, .port = port};
    return &p->rows[p->count++];
}

static void take(struct ports *p, const struct trace *t, const struct record *r)
{
    const struct field *port = r->event ? event_field(r->event, "port") : NULL;
    const struct field *domain = port ? event_field(r->event, "domain") : NULL;
    const struct field *outcome = domain ? event_field(r->event, "outcome") : NULL;
    const char *name;
    struct port *row;

    if (!domain)
        return;
    row = port_of(p, field_value(domain, r->payload), field_value(port, r->payload));
    name = outcome ? schema_name(&t->schema, outcome, field_value(outcome, r->payload)) : NULL;
    row->sent += !outcome;
    row->raised += outcome != NULL;
    row->was_pending += name && !strcmp(name, "was_pending");
    row->masked += name && !strcmp(name, "masked");
}

static int busiest_first(const void *x, const void *y)
{
    const struct port *a = x, *b = y;
    uint64_t m = a->sent + a->raised, n = b->sent + b->raised;

    if (m != n)
        return m > n ? -1 : 1;
    if (a->domain != b->domain)
        return a->domain < b->domain ? -1 : 1;
    return a->port < b->port ? -1 : a->port > b->port;
}

static void collect(struct ports *p, const struct trace *t, const struct options *o)
{
    struct records *s = records_open(t, o);
    struct record r;

    while (records_next(s, &r))
        take(p, t, &r);
    records_close(s);
    qsort(p->rows, p->count, sizeof(p->rows[0]), busiest_first);
}

static uint64_t content(const struct ring *r)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < r->count; i++)
        bytes += r->packets[i].bytes - TRACE_HEADER_BYTES;
    return bytes;
}

static double covered_ns(const struct trace *t, const struct ring *r)
{
    const struct packet_header *last = r->count ? r->packets[r->count - 1].header : NULL;

    return last && last->end > r->packets[0].header->begin ?
               ticks_ns(t, last->end - r->packets[0].header->begin) : 0;
}

static void print_rings(const struct trace *t)
{
    static const char *const modes[] = {"overwrite", "drop", "freeze"};
    char time[32];

    printf("\ntrace rings\n    %-5s %-9s %8s %10s %6s %11s %11s %9s %9s\n", "CPU", "mode", "packets", "records",
           "filled", "overwritten", "dropped", "damaged", "covers");
    for (size_t i = 0; i < t->ring_count; i++) {
        const struct ring *r = &t->rings[i];
        uint64_t room = r->count * (uint64_t)(TRACE_PACKET_BYTES - TRACE_HEADER_BYTES);

        printf("    %-5u %-9s %8zu %10" PRIu64 " %5.1f%% %11" PRIu64 " %11" PRIu64 " %9" PRIu64 " %9s\n",
               r->said.cpu, r->said.mode < 3 ? modes[r->said.mode] : "?", r->count, r->records,
               room ? 100.0 * (double)content(r) / (double)room : 0, r->overwritten, r->said.dropped,
               r->damaged, text_ns(time, sizeof(time), covered_ns(t, r)));
    }
}

static void print_ports(const struct ports *p)
{
    if (!p->count)
        return;
    printf("\nevent channels\n    %-14s %10s %10s %12s %10s\n", "port", "sent", "raised", "was pending", "masked");
    for (unsigned i = 0; i < p->count; i++) {
        const struct port *row = &p->rows[i];

        printf("    d%-5" PRId64 " %-7" PRId64 " %10" PRIu64 " %10" PRIu64 " %12" PRIu64 " %10" PRIu64 "\n",
               row->domain, row->port, row->sent, row->raised, row->was_pending, row->masked);
    }
    if (p->rows[MAX_PORTS].port == -1)
        printf("    %" PRIu64 " records of ports beyond the first %d\n",
               p->rows[MAX_PORTS].sent + p->rows[MAX_PORTS].raised, MAX_PORTS);
}

static json_t *json_rings(const struct trace *t)
{
    json_t *all = json_array();

    for (size_t i = 0; i < t->ring_count; i++) {
        const struct ring *r = &t->rings[i];

        json_array_append_new(
            all, json_pack("{s:i,s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "cpu", (int)r->said.cpu, "mode",
                           (int)r->said.mode, "packets", (json_int_t)r->count, "records",
                           (json_int_t)r->records, "content_bytes", (json_int_t)content(r), "overwritten",
                           (json_int_t)r->overwritten, "dropped", (json_int_t)r->said.dropped, "damaged",
                           (json_int_t)r->damaged, "covers_ns", covered_ns(t, r)));
    }
    return all;
}

static json_t *json_ports(const struct ports *p)
{
    json_t *all = json_array();

    for (unsigned i = 0; i < p->count; i++) {
        const struct port *row = &p->rows[i];

        json_array_append_new(all, json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "dom", (json_int_t)row->domain,
                                             "port", (json_int_t)row->port, "sent", (json_int_t)row->sent,
                                             "raised", (json_int_t)row->raised, "was_pending",
                                             (json_int_t)row->was_pending, "masked",
                                             (json_int_t)row->masked));
    }
    return all;
}

int verb_rings(const struct options *o)
{
    static struct ports ports;
    struct trace *t = trace_of(o->paths[0]);
    int status;

    collect(&ports, t, o);
    if (option_given(o, 'j'))
        json_print(json_pack("{s:o,s:o,s:o}", "completeness", json_completeness(t), "rings", json_rings(t),
                             "ports", json_ports(&ports)), false);
    else {
        print_completeness(stdout, t);
        print_rings(t);
        print_ports(&ports);
    }
    status = exit_status(t);
    trace_close(t);
    return status;
}
