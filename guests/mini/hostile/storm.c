/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Against one other domain, which has offered ports and grants (worker/offer.c): floods of events, storms
 * of mappings, unmappings and copies, most of them right, in an order no driver would choose.
 */
#include "hostile.h"

#include <xen/event_channel.h>
#include <xen/grant_table.h>

#define BATCH    8
#define REFS     48 /* of which the peer offers the first half or so */
#define PORTS    16
#define FLOOD    64
#define STORM_VA 0x0000000070000000ul

bool has_peer;
u64 storm_mapped;
static domid_t peer;
static u32 port[PORTS], ports;
static u32 handle[BATCH]; /* of what may be mapped at STORM_VA + i pages */

static void bind(void)
{
    long mine = ports < PORTS ? port_interdomain(peer, random_below(PORTS)) : -1;

    calls_count(__HYPERVISOR_event_channel_op, mine);
    if (mine > 0)
        port[ports++] = (u32)mine;
}

/* Not all: a port that is closed is bound again by nobody. */
static void unbind(void)
{
    if (ports > 1 && random_one_in(64))
        calls_count(__HYPERVISOR_event_channel_op, port_close(port[--ports]));
}

static void flood(void)
{
    u32 to = ports ? port[random_below(ports)] : random_below(PORTS);

    for (unsigned int i = 0; i < FLOOD; i++)
        calls_count(__HYPERVISOR_event_channel_op, port_send(to));
}

static u64 place(unsigned int i)
{
    return STORM_VA + i * PAGE_SIZE;
}

static void map(void)
{
    struct gnttab_map_grant_ref m[BATCH];
    long rc;

    for (unsigned int i = 0; i < BATCH; i++)
        m[i] = (struct gnttab_map_grant_ref){.host_addr = place(i),
                                             .flags = GNTMAP_host_map | (random_one_in(2) ? GNTMAP_readonly : 0),
                                             .ref = random_below(REFS),
                                             .dom = random_one_in(8) ? (domid_t)random_below(8) : peer};
    rc = hyp_grant_table_op(GNTTABOP_map_grant_ref, m, BATCH);
    calls_count(__HYPERVISOR_grant_table_op, rc);
    for (unsigned int i = 0; i < BATCH; i++)
        if (m[i].status == GNTST_okay) {
            handle[i] = m[i].handle;
            storm_mapped++;
        }
}

static void unmap(void)
{
    struct gnttab_unmap_grant_ref u[BATCH];

    for (unsigned int i = 0; i < BATCH; i++)
        u[i] = (struct gnttab_unmap_grant_ref){.host_addr = place(random_one_in(8) ? random_below(BATCH) : i),
                                               .handle = random_one_in(8) ? random_below(64) : handle[i]};
    calls_count(__HYPERVISOR_grant_table_op, hyp_grant_table_op(GNTTABOP_unmap_grant_ref, u, BATCH));
}

static void copy(void)
{
    struct gnttab_copy c[BATCH];

    for (unsigned int i = 0; i < BATCH; i++) {
        bool to_peer = random_one_in(2);
        struct gnttab_copy *op = &c[i];

        memset(op, 0, sizeof(*op));
        op->flags = to_peer ? GNTCOPY_dest_gref : GNTCOPY_source_gref;
        op->source.domid = to_peer ? DOMID_SELF : peer;
        op->dest.domid = to_peer ? peer : DOMID_SELF;
        if (to_peer)
            op->source.u.gmfn = random_mfn(), op->dest.u.ref = random_below(REFS);
        else
            op->source.u.ref = random_below(REFS), op->dest.u.gmfn = random_mfn();
        op->source.offset = (u16)random_below(PAGE_SIZE);
        op->dest.offset = (u16)random_below(PAGE_SIZE);
        op->len = (u16)random_below(random_one_in(2) ? 64 : PAGE_SIZE + 2);
    }
    calls_count(__HYPERVISOR_grant_table_op, hyp_grant_table_op(GNTTABOP_copy, c, BATCH));
}

void storm_init(domid_t of)
{
    has_peer = of != DOMID_INVALID;
    peer = of;
    if (has_peer)
        map_build(STORM_VA);
}

void storm_events(void)
{
    static void (*const moves[])(void) = {bind, unbind, flood};

    moves[random_below(ARRAY_SIZE(moves))]();
}

void storm_grants(void)
{
    static void (*const moves[])(void) = {map, map, unmap, unmap, copy};

    moves[random_below(ARRAY_SIZE(moves))]();
}

void storm_step(void)
{
    if (random_below(8) < 3)
        storm_events();
    else
        storm_grants();
}
