/* SPDX-License-Identifier: BSD-2-Clause */
/* One ring: what a sample changes, and where each request has got to. */
#include "trace/vtrace/rings/ring.h"
#include "trace/vtrace/fail.h"
#include "trace/vtrace/rings/request.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX (1u << 20) /* what the hypervisor lets register */

const char *const stage_names[STAGES] = {"front end", "notify", "schedule", "back end", "return", "total"};

bool ring_is_bytes(const struct io_ring *g)
{
    return g->kind == RING_CONSOLE || g->kind == RING_XENSTORE;
}

bool ring_has_latency(const struct io_ring *g)
{
    return g->kind != RING_NET_RX;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t within(uint64_t v, uint64_t low, uint64_t high)
{
    return later(low, v < high ? v : high);
}

/* --- Requests --- */

static void add_stage(struct io_ring *g, enum stage s, uint64_t ticks)
{
    histogram_add(&g->latency[s], ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks);
}

static void account(struct io_ring *g, const struct request *q, uint64_t returned)
{
    uint64_t raised = within(q->raised, q->put, q->answered), told = within(q->told, raised, q->answered);

    add_stage(g, STAGE_FRONT_END, q->put - q->from);
    add_stage(g, STAGE_NOTIFY, raised - q->put);
    add_stage(g, STAGE_SCHEDULE, told - raised);
    add_stage(g, STAGE_BACK_END, q->answered - told);
    add_stage(g, STAGE_RETURN, returned - q->answered);
    add_stage(g, STAGE_TOTAL, returned - q->from);
}

/* The front end notices, at that time, all that has been answered. */
static void requests_return(struct io_ring *g, uint64_t now)
{
    g->waiting[SIDE_FRONT] = WAITS_NOT;
    if (!g->answered)
        return;
    for (size_t i = 0; i < g->answered; i++)
        account(g, &g->requests[i], later(now, g->requests[i].answered));
    memmove(g->requests, g->requests + g->answered, (g->count - g->answered) * sizeof(*g->requests));
    g->count -= g->answered;
    g->answered = 0;
}

/* The back end notices all that it has not noticed yet. */
static void requests_tell(struct io_ring *g, uint64_t now)
{
    for (size_t i = g->count; i-- > g->answered && !g->requests[i].told;)
        g->requests[i].told = later(now, g->requests[i].raised);
    g->waiting[SIDE_BACK] = WAITS_NOT;
}

void ring_notices(struct io_ring *g, enum ring_side side, uint64_t now)
{
    if (side == SIDE_FRONT)
        requests_return(g, now);
    else
        requests_tell(g, now);
}

static void requests_put(struct io_ring *g, uint32_t n, struct request q)
{
    if (g->count + n > g->room) {
        g->room = 2 * (g->count + n);
        g->requests = must_realloc(g->requests, g->room, sizeof(*g->requests));
    }
    while (n--)
        g->requests[g->count++] = q;
}

/* n responses more; the first are those to requests that nobody saw come. */
static void requests_answer(struct io_ring *g, uint32_t n, uint64_t at)
{
    uint32_t unknown = n < g->unknown ? n : g->unknown;

    g->unknown -= unknown;
    for (n -= unknown; n && g->answered < g->count; n--) {
        struct request *q = &g->requests[g->answered++];

        q->answered = later(at, q->put);
        if (!q->told)
            q->told = q->answered;
    }
}

/* --- Samples --- */

/* When the domain whose items are now seen put them in, at the latest. */
static uint64_t put_by(const struct io_ring *g, const struct running *w, int32_t domain, uint64_t now)
{
    return domain < 0 ? now : within(ran_until(w, (uint16_t)domain, now), g->last, now);
}

static void requests_seen(struct io_ring *g, const struct running *w, const struct sample *s, uint32_t n)
{
    struct request q = {.from = later(g->last, runs_since(w, g->domain)),
                        .put = s->side == SIDE_FRONT ? s->now : put_by(g, w, g->domain, s->now)};

    q.from = q.from < q.put ? q.from : q.put;
    q.raised = q.put;
    if (s->side == SIDE_BACK)
        q.told = within(runs_since(w, (uint16_t)g->back), q.put, s->now);
    requests_put(g, ring_is_bytes(g) ? 1 : n, q);
}

static void responses_seen(struct io_ring *g, const struct running *w, const struct sample *s, uint32_t n)
{
    requests_answer(g, n, s->side == SIDE_BACK ? s->now : put_by(g, w, g->back, s->now));
    if (s->side == SIDE_FRONT)
        requests_return(g, within(runs_since(w, g->domain), g->last, s->now));
}

static void flow_add(struct flow *f, uint32_t n, bool is_own)
{
    f->notifications += is_own;
    f->empty += is_own && !n;
    f->unannounced += !is_own && n;
    f->items += n;
    f->batches += n != 0;
    f->batch_max = later(f->batch_max, n);
}

static void occupancy_add(struct occupancy *o, uint32_t n)
{
    o->sum += n;
    o->max = later(o->max, n);
}

static void inside_of(const struct io_ring *g, const struct sample *s, uint32_t inside[SIDES])
{
    bool is_bytes = ring_is_bytes(g);

    inside[SIDE_FRONT] = s->produced[SIDE_FRONT] - (is_bytes ? s->event[SIDE_FRONT] : s->produced[SIDE_BACK]);
    inside[SIDE_BACK] = is_bytes ? s->produced[SIDE_BACK] - s->event[SIDE_BACK] : 0;
}

static void begin(struct io_ring *g, const struct sample *s, uint32_t inside)
{
    g->has_sample = true;
    g->count = g->answered = 0;
    g->waiting[SIDE_FRONT] = g->waiting[SIDE_BACK] = WAITS_NOT;
    g->unknown = ring_is_bytes(g) ? 0 : inside;
    for (unsigned i = 0; i < SIDES; i++)
        g->flow[i].produced = s->produced[i];
    g->last = s->now;
}

/* Who notifies has noticed what there was for it to notice. */
static void sender_notices(struct io_ring *g, const struct running *w, const struct sample *s)
{
    ring_notices(g, s->side, runs_since(w, s->sender));
}

static void advance(struct io_ring *g, const struct running *w, const struct sample *s)
{
    uint32_t requests = s->produced[SIDE_FRONT] - g->flow[SIDE_FRONT].produced,
             responses = s->produced[SIDE_BACK] - g->flow[SIDE_BACK].produced;

    sender_notices(g, w, s);
    if (requests)
        requests_seen(g, w, s, requests);
    if (ring_is_bytes(g) && s->side == SIDE_BACK)
        requests_answer(g, UINT32_MAX, s->now);
    else if (responses && !ring_is_bytes(g))
        responses_seen(g, w, s, responses);
    flow_add(&g->flow[SIDE_FRONT], requests, s->side == SIDE_FRONT);
    flow_add(&g->flow[SIDE_BACK], responses, s->side == SIDE_BACK);
    for (unsigned i = 0; i < SIDES; i++)
        g->flow[i].produced = s->produced[i];
    g->last = s->now;
}

static bool is_wild(const struct io_ring *g, const struct sample *s, const uint32_t inside[SIDES])
{
    uint32_t limit = g->entries ? g->entries : ENTRIES_MAX;

    return inside[SIDE_FRONT] > limit || inside[SIDE_BACK] > limit ||
           s->produced[SIDE_FRONT] - g->flow[SIDE_FRONT].produced > ENTRIES_MAX ||
           s->produced[SIDE_BACK] - g->flow[SIDE_BACK].produced > ENTRIES_MAX;
}

void ring_sample(struct io_ring *g, const struct running *w, const struct sample *s)
{
    uint32_t inside[SIDES];

    inside_of(g, s, inside);
    g->samples++;
    if (s->side == SIDE_BACK)
        g->back = s->sender;
    if (!g->has_sample) {
        begin(g, s, inside[SIDE_FRONT]);
        g->flow[s->side].notifications++;
    } else if (is_wild(g, s, inside)) {
        g->wild++;
        begin(g, s, 0);
        return;
    } else
        advance(g, w, s);
    for (unsigned i = 0; i < SIDES; i++)
        occupancy_add(&g->occupancy[i], inside[i]);
}

/* --- Notifications on their way --- */

void ring_raised(struct io_ring *g, const struct running *w, const struct raised *e)
{
    enum ring_side to = e->from == SIDE_FRONT ? SIDE_BACK : SIDE_FRONT;
    enum waiting by = e->is_marked ? WAITS_UPCALL : WAITS_RUN;

    if (to == SIDE_BACK)
        g->back = e->receiver;
    if (to == SIDE_BACK ? g->count == g->answered || g->requests[g->count - 1].told : !g->answered)
        return;
    for (size_t i = g->count; to == SIDE_BACK && i-- > g->answered && g->requests[i].put == g->last;)
        g->requests[i].raised = e->now;
    g->waiting[to] = by > g->waiting[to] ? by : g->waiting[to];
    if (g->waiting[to] == WAITS_RUN && runs_now(w, e->receiver))
        ring_notices(g, to, e->now);
}
