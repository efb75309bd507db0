/* SPDX-License-Identifier: BSD-2-Clause */
/* All rings of a trace, and which of them a record is about. */
#include "trace/vtrace/fail.h"
#include "trace/vtrace/rings/request.h"

#include <stdlib.h>
#include <string.h>

#define RINGS_MAX 1024u
#define CPU_RINGS 16u /* behind one port */

/* Rings sampled on one CPU by a notification whose port is not raised yet: that comes next. */
struct notifying {
    struct io_ring *rings[CPU_RINGS];
    unsigned count;
    enum ring_side side;
};

struct io_rings {
    const struct trace *t;
    const struct event *sample, *add, *drop, *raise, *upcall;
    struct running *running;
    struct notifying *notifying; /* by ring of the trace */
    struct io_ring *rings[RINGS_MAX];
    size_t count;
    uint64_t beyond;
};

struct io_rings *io_rings_new(const struct trace *t)
{
    struct io_rings *all = must_calloc(1, sizeof(*all));

    all->t = t;
    all->sample = schema_event_named(&t->schema, "ring_sample");
    all->add = schema_event_named(&t->schema, "ring_register");
    all->drop = schema_event_named(&t->schema, "ring_drop");
    all->raise = schema_event_named(&t->schema, "raise");
    all->upcall = schema_event_named(&t->schema, "upcall");
    all->running = running_new(t);
    all->notifying = must_calloc(t->ring_count, sizeof(*all->notifying));
    return all;
}

void io_rings_free(struct io_rings *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->rings[i]->requests);
        free(all->rings[i]);
    }
    running_free(all->running);
    free(all->notifying);
    free(all);
}

/* --- Finding --- */

static int64_t value(const struct record *r, const char *name)
{
    const struct field *f = event_field(r->event, name);

    return f ? field_value(f, r->payload) : 0;
}

/* The newest of that number that has not ended. */
static struct io_ring *find(const struct io_rings *all, uint16_t domain, uint16_t number)
{
    for (size_t i = all->count; i-- > 0;)
        if (all->rings[i]->domain == domain && all->rings[i]->number == number)
            return all->rings[i]->is_over ? NULL : all->rings[i];
    return NULL;
}

static struct io_ring *of_record(struct io_rings *all, const struct record *r)
{
    uint16_t domain = (uint16_t)value(r, "domain"), number = (uint16_t)value(r, "ring");
    struct io_ring *g = find(all, domain, number);

    if (g || all->count == RINGS_MAX)
        return g;
    g = all->rings[all->count++] = must_calloc(1, sizeof(*g));
    g->domain = domain;
    g->number = number;
    g->kind = (uint16_t)value(r, "kind");
    g->back = -1;
    return g;
}

/* --- Registering --- */

static bool is_same(const struct io_ring *g, const struct record *r)
{
    return g->kind == value(r, "kind") &&
           (!g->entries || (g->port == value(r, "port") && g->queue == value(r, "queue") &&
                            g->device == value(r, "device")));
}

static void take_register(struct io_rings *all, const struct record *r, bool is_wanted)
{
    struct io_ring *g = of_record(all, r);

    if (g && !is_same(g, r)) {
        g->is_over = true;
        g = of_record(all, r);
    }
    if (!g)
        return;
    g->is_wanted |= is_wanted;
    g->queue = (uint16_t)value(r, "queue");
    g->device = (uint32_t)value(r, "device");
    g->entries = (uint32_t)value(r, "entries");
    g->port = (uint32_t)value(r, "port");
}

static void take_drop(struct io_rings *all, const struct record *r)
{
    struct io_ring *g = find(all, (uint16_t)value(r, "domain"), (uint16_t)value(r, "ring"));

    if (g)
        g->is_over = true;
}

/* --- Notifications --- */

static void take_sample(struct io_rings *all, const struct record *r)
{
    struct notifying *n = &all->notifying[r->ring];
    struct io_ring *g = of_record(all, r);
    struct sample s = {
        .now = r->tsc,
        .side = value(r, "side") ? SIDE_BACK : SIDE_FRONT,
        .sender = r->domain,
        .produced = {(uint32_t)value(r, "req_prod"), (uint32_t)value(r, "rsp_prod")},
        .event = {(uint32_t)value(r, "req_event"), (uint32_t)value(r, "rsp_event")},
    };

    all->beyond += !g;
    if (!g)
        return;
    g->is_wanted = true;
    ring_sample(g, all->running, &s);
    if (n->count && n->side != s.side)
        n->count = 0;
    if (n->count < CPU_RINGS)
        n->rings[n->count++] = g;
    n->side = s.side;
}

static bool is_marked(const struct io_rings *all, const struct record *r)
{
    const struct field *f = event_field(r->event, "outcome");
    const char *name = f ? schema_name(&all->t->schema, f, field_value(f, r->payload)) : NULL;

    return name && !strcmp(name, "marked");
}

/* What comes behind samples is that their port is raised, or it is not recorded. */
static void notified(struct io_rings *all, const struct record *r)
{
    struct notifying *n = &all->notifying[r->ring];
    struct raised e = {.now = r->tsc, .from = n->side};

    if (r->event == all->raise) {
        e.receiver = (uint16_t)value(r, "domain");
        e.is_marked = is_marked(all, r);
        for (unsigned i = 0; i < n->count; i++)
            ring_raised(n->rings[i], all->running, &e);
    }
    n->count = 0;
}

/* --- Being noticed --- */

static void domain_notices(struct io_rings *all, uint16_t domain, enum waiting what, uint64_t now)
{
    for (size_t i = 0; i < all->count; i++) {
        struct io_ring *g = all->rings[i];

        if (g->waiting[SIDE_FRONT] == what && g->domain == domain)
            ring_notices(g, SIDE_FRONT, now);
        if (g->waiting[SIDE_BACK] == what && g->back == domain)
            ring_notices(g, SIDE_BACK, now);
    }
}

void io_rings_record(struct io_rings *all, const struct record *r, bool is_wanted)
{
    running_record(all->running, r);
    if (!r->event)
        return;
    if (r->event == all->sample) {
        if (is_wanted)
            take_sample(all, r);
        return;
    }
    if (all->notifying[r->ring].count)
        notified(all, r);
    if (r->event == all->upcall)
        domain_notices(all, (uint16_t)value(r, "domain"), WAITS_UPCALL, r->tsc);
    else if (r->event == all->t->turn)
        domain_notices(all, r->domain, WAITS_RUN, r->tsc);
    else if (r->event == all->add)
        take_register(all, r, is_wanted);
    else if (r->event == all->drop)
        take_drop(all, r);
}

/* --- What there is --- */

size_t io_rings_count(const struct io_rings *all)
{
    return all->count;
}

const struct io_ring *io_rings_at(const struct io_rings *all, size_t i)
{
    return all->rings[i];
}

uint64_t io_rings_beyond(const struct io_rings *all)
{
    return all->beyond;
}
