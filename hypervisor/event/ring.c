/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings of split drivers, registered to be seen in the trace: when one side notifies the other, the indices of
 * the ring behind that port are recorded.
 *
 *      front end d: port ── ring of d ── frame of d       both sides share the frame; either may write
 *         │                                               anything into it at any time
 *         └── other end: the back end
 *
 * [ring.held]   a registered ring holds its frame as memory that may be written, like a grant in use
 * [ring.port]   a ring lives no longer than the channel: closing the port at either end lets go of it, and so
 *               does the end of a domain
 * [ring.once]   each index is read once, by one load, and only recorded: nothing depends on its value
 * [ring.lock]   rings of a port change under the locks of both its ends, so holding one keeps them what they
 *               are; of another port's ring the only field looked at is `port`
 *
 * Where nothing is registered or recorded, a notification costs nothing more.
 */
#include "event/channel.h"
#include "mm/mm.h"
#include "pv/vantage_op.h"
#include "trace/trace.h"

#include <xen/io/blkif.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>

/* Names of the numbers in trace/enums.def. */
enum ring_side { SIDE_FRONT, SIDE_BACK };
enum ring_drop_reason { DROP_ASKED, DROP_PORT_CLOSED };

/* Where the indices lie in the page. The rings of blkif and netif begin alike. */
#define OF_REQUESTS                                                                                \
    {offsetof(struct blkif_sring, req_prod), offsetof(struct blkif_sring, rsp_prod),               \
     offsetof(struct blkif_sring, req_event), offsetof(struct blkif_sring, rsp_event)}
#define OF_BYTES(page, to_back, to_front)                                                          \
    {offsetof(struct page, to_back##_prod), offsetof(struct page, to_front##_prod),                \
     offsetof(struct page, to_back##_cons), offsetof(struct page, to_front##_cons)}
static const struct indices {
    uint16_t req_prod, rsp_prod, req_event, rsp_event;
} indices[VANTAGE_RING_KINDS] = {
    [VANTAGE_RING_BLOCK] = OF_REQUESTS,
    [VANTAGE_RING_NET_TX] = OF_REQUESTS,
    [VANTAGE_RING_NET_RX] = OF_REQUESTS,
    [VANTAGE_RING_CONSOLE] = OF_BYTES(xencons_interface, out, in),
    [VANTAGE_RING_XENSTORE] = OF_BYTES(xenstore_domain_interface, req, rsp),
};

static uint16_t port_of(const struct ring *r)
{
    return __atomic_load_n(&r->port, __ATOMIC_ACQUIRE);
}

/* --- Sampling --- */

static uint32_t index_at(const struct ring *r, uint16_t offset)
{
    return __atomic_load_n((uint32_t *)((uint8_t *)frame_data(r->frame) + offset), __ATOMIC_RELAXED);
}

static void sample(const struct domain *front, const struct ring *r, enum ring_side side)
{
    const struct indices *at = &indices[r->kind];

    trace_ring_sample(front->id, (uint16_t)(r - events_of(front)->rings), r->kind, side, index_at(r, at->req_prod),
                      index_at(r, at->rsp_prod), index_at(r, at->req_event), index_at(r, at->rsp_event));
}

static void sample_port(const struct domain *front, uint32_t port, enum ring_side side)
{
    const struct events *e = events_of(front);
    unsigned end = __atomic_load_n(&e->rings_end, __ATOMIC_ACQUIRE);

    for (unsigned i = 0; i < end; i++)
        if (port_of(&e->rings[i]) == port)
            sample(front, &e->rings[i], side);
}

void rings_sample(struct domain *d, uint32_t port)
{
    const struct port *p = port_at(d, port);

    if (!trace_wants(ring_sample) || p->state != PORT_INTERDOMAIN)
        return;
    sample_port(d, port, SIDE_FRONT);
    sample_port(other_end(d, p), p->remote, SIDE_BACK);
}

/* --- Registering; with the locks of both ends --- */

/* What is registered for that port and kind: there is one at most. Port 0: one that is free. */
static struct ring *ring_find(const struct domain *d, uint32_t port, uint8_t kind)
{
    struct ring *rings = events_of(d)->rings;

    for (unsigned i = 0; i < RINGS_MAX; i++)
        if (port_of(&rings[i]) == port && (!port || rings[i].kind == kind))
            return &rings[i];
    return NULL;
}

static void ring_drop(struct domain *d, struct ring *r, enum ring_drop_reason why)
{
    __atomic_store_n(&r->port, 0, __ATOMIC_RELEASE);
    mm_release(d, r->frame);
    trace_ring_drop(d->id, (uint16_t)(r - events_of(d)->rings), why);
}

/* Puts another frame in the place of the one it holds, if it holds any. */
static int ring_hold(struct domain *d, struct ring *r, mfn_t frame)
{
    int rc = mm_hold(d, frame); /* [ring.held] */

    if (rc)
        return rc;
    if (r->port)
        mm_release(d, r->frame);
    r->frame = frame;
    return 0;
}

static bool rings_ready(struct events *e)
{
    if (!e->rings)
        e->rings = hv_alloc(0);
    return e->rings;
}

static int ring_enter(struct domain *d, const struct ring_choice *c)
{
    struct ring *r = ring_find(d, c->port, c->kind);
    int rc;

    if (!r)
        r = ring_find(d, 0, 0);
    rc = r ? ring_hold(d, r, c->frame) : -ENOSPC;
    if (rc)
        return rc;
    r->kind = c->kind;
    __atomic_store_n(&r->port, (uint16_t)c->port, __ATOMIC_RELEASE);
    rc = (int)(r - events_of(d)->rings);
    if ((unsigned)rc >= events_of(d)->rings_end)
        __atomic_store_n(&events_of(d)->rings_end, (unsigned)rc + 1, __ATOMIC_RELEASE);
    trace_ring_register(d->id, (uint16_t)rc, c->kind, c->queue, c->device, c->entries, c->port);
    return rc;
}

static bool is_channel(const struct port *p)
{
    return p->state == PORT_UNBOUND || p->state == PORT_INTERDOMAIN;
}

int ring_register(struct domain *d, const struct ring_choice *c)
{
    struct domain *other;
    int rc = -EINVAL;

    if (!port_is_valid(c->port) || !c->entries || c->entries > RING_ENTRIES_MAX)
        return -EINVAL;
    other = lock_both_ends(d, c->port);
    if (is_channel(port_at(d, c->port)))
        rc = rings_ready(events_of(d)) ? ring_enter(d, c) : -ENOMEM;
    unlock_pair(d, other);
    return rc;
}

/* What a ring's port is; 0: there is no such ring. */
static uint32_t ring_port(const struct domain *d, unsigned ring)
{
    const struct events *e = events_of(d);

    return ring < __atomic_load_n(&e->rings_end, __ATOMIC_ACQUIRE) ? port_of(&e->rings[ring]) : 0;
}

int ring_unregister(struct domain *d, unsigned ring)
{
    uint32_t port = ring_port(d, ring);
    struct domain *other;
    bool is_there;

    if (!port)
        return -ENOENT;
    other = lock_both_ends(d, port);
    is_there = ring_port(d, ring) == port; /* still: it may have gone while we held no lock */
    if (is_there)
        ring_drop(d, &events_of(d)->rings[ring], DROP_ASKED);
    unlock_pair(d, other);
    return is_there ? 0 : -ENOENT;
}

void rings_port_closed(struct domain *d, uint32_t port)
{
    for (unsigned i = 0; i < events_of(d)->rings_end; i++)
        if (ring_port(d, i) == port)
            ring_drop(d, &events_of(d)->rings[i], DROP_PORT_CLOSED);
}

static void audit_domain(const struct domain *d)
{
    for (unsigned i = 0; i < events_of(d)->rings_end; i++)
        if (ring_port(d, i))
            mm_audit_count(events_of(d)->rings[i].frame, 1, 1);
}

void rings_audit(void)
{
    for (domid_t id = 0; id < MAX_DOMAINS; id++) {
        struct domain *d = domain_by_id(id);

        if (d && d->events)
            audit_domain(d);
    }
}
