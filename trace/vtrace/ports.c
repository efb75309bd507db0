/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/ports.h"

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

struct ports *ports_new(void)
{
    return must_calloc(1, sizeof(struct ports));
}

void ports_free(struct ports *p)
{
    free(p);
}

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

void ports_record(struct ports *p, const struct trace *t, const struct record *r)
{
    const struct field *port = r->event ? event_field(r->event, "port") : NULL;
    const struct field *domain = port ? event_field(r->event, "domain") : NULL;
    const struct field *outcome = domain ? event_field(r->event, "outcome") : NULL;
    const char *name;
    struct port *row;

    if (!domain || (!outcome && !event_field(r->event, "ret"))) /* neither raise nor send */
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

static void sort(struct ports *p)
{
    qsort(p->rows, p->count, sizeof(p->rows[0]), busiest_first);
}

void ports_print(struct ports *p)
{
    if (!p->count)
        return;
    sort(p);
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

json_t *ports_json(struct ports *p)
{
    json_t *all = json_array();

    sort(p);
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
