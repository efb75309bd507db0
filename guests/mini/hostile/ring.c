/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A front end without manners, of the virtual disk xvda (xen/io/blkif.h): it connects as a back end wants it, or nearly; then
 * makes requests of which most are half right, changes them and the grants they name while they are served, lets its
 * producer run ahead, closes in the middle, and connects again. Granted are frames of the pool, which at the same time
 * become page tables and stop being so.
 */
#include "hostile.h"

#include <xen/io/blkif.h>
#include <xen/io/xenbus.h>
#include <xen/sched.h>

#define DEVICE     "device/vbd/51712/"
#define RING_REF   8  /* those before are the toolstack's */
#define REFS       64 /* behind it, of pool frames */
#define ENTRIES    32
#define SECTORS    8192 /* 4 MiB: most are on the disk */
#define CONNECTION 64   /* states of the ring between two connections, on average */
#define PATIENCE   500  /* looks at the back end's state */
#define NAP_NS     1000000ul

static grant_entry_v1_t *table;
static struct blkif_sring *ring;
static char backend_state[128]; /* the path of it */
static u32 port, produced, left;
static u32 states, answers, connections;

static u32 random_ref(void)
{
    return RING_REF + random_below(REFS + 2);
}

static void change_grant(void)
{
    grant_entry_v1_t *entry = &table[RING_REF + 1 + random_below(REFS)];

    entry->domid = random_one_in(16) ? (domid_t)random_word() : 0;
    entry->frame = (u32)random_mfn();
    entry->flags = random_one_in(16) ? (u16)random_word() : GTF_permit_access | (random_one_in(2) ? GTF_readonly : 0);
}

static void make_indirect(struct blkif_request_indirect *r)
{
    r->indirect_op = (u8)random_below(3);
    r->nr_segments = (u16)random_below(random_one_in(4) ? 600 : 16);
    r->sector_number = random_below(SECTORS);
    for (unsigned int i = 0; i < BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST; i++)
        r->indirect_grefs[i] = random_ref();
}

static void make_direct(struct blkif_request *r)
{
    r->nr_segments = (u8)random_below(random_one_in(4) ? 256 : BLKIF_MAX_SEGMENTS_PER_REQUEST + 1);
    r->sector_number = random_below(SECTORS);
    for (unsigned int i = 0; i < BLKIF_MAX_SEGMENTS_PER_REQUEST; i++) {
        r->seg[i].gref = random_ref();
        r->seg[i].first_sect = (u8)random_below(9);
        r->seg[i].last_sect = (u8)random_below(9);
    }
}

static void make_request(u32 at)
{
    struct blkif_request *r = &ring->ring[at % ENTRIES].req;

    random_fill(r, sizeof(*r));
    if (random_one_in(4))
        return;
    r->operation = (u8)random_below(BLKIF_OP_INDIRECT + 2);
    if (r->operation == BLKIF_OP_INDIRECT)
        make_indirect((struct blkif_request_indirect *)r);
    else
        make_direct(r);
}

static void poll_ring(void)
{
    struct sched_poll poll = {.nr_ports = 1, .timeout = time_ns() + NAP_NS};

    set_xen_guest_handle(poll.ports, &port);
    hyp_sched_op(SCHEDOP_poll, &poll);
    event_clear(port);
}

/* A back end that is told of more requests than a ring can hold looks at that ring no more. */
static void run_ahead(void)
{
    ring->req_prod = (u32)random_word();
    ring->rsp_prod = (u32)random_word();
    if (left > 2)
        left = 2;
}

static void make_state(void)
{
    u32 room = ENTRIES - (produced - ring->rsp_prod), n = room && room <= ENTRIES ? 1 + random_below(room) : 0;

    for (u32 i = 0; i < n; i++)
        make_request(produced++);
    ring->req_prod = produced;
    ring->rsp_event = random_one_in(2) ? ring->rsp_prod + 1 : (u32)random_word();
    if (random_one_in(2 * CONNECTION))
        run_ahead();
    port_send(port);
    for (u32 i = 0; i < n; i++) {
        change_grant();
        make_request(random_below(ENTRIES));
    }
    mutate_step();
    n = ring->rsp_prod;
    poll_ring();
    answers += ring->rsp_prod - n <= ENTRIES ? ring->rsp_prod - n : 0;
    states++;
}

static u32 state_of_backend(void)
{
    return store_read(backend_state) ? (u32)(store_answer[0] - '0') : XenbusStateUnknown;
}

/* False as well when it has given up instead. */
static bool backend_reaches(u32 state)
{
    for (unsigned int i = 0; i < PATIENCE; i++) {
        u32 now = state_of_backend();

        if (now == state || (now >= XenbusStateClosing && state < XenbusStateClosing && state > XenbusStateInitWait))
            return now == state;
        store_wait();
    }
    return false;
}

static void be(u32 state)
{
    store_write(DEVICE "state", "%u", state);
}

static void disconnect(void)
{
    if (random_one_in(2)) {
        be(XenbusStateClosing);
        backend_reaches(XenbusStateClosing);
    }
    be(XenbusStateClosed);
    backend_reaches(XenbusStateClosed);
    port_close(port);
    be(XenbusStateInitialising);
    backend_reaches(XenbusStateInitWait);
}

/* Or something else, now and then. */
static u32 mostly(u32 right)
{
    return random_one_in(16) ? (u32)random_word() : right;
}

static bool connect(void)
{
    port = (u32)port_unbound(DOMID_SELF, 0);
    memset(ring, 0, PAGE_SIZE);
    produced = 0;
    ring->req_event = ring->rsp_event = 1;
    grant_access(&table[RING_REF], 0, ring, 0);
    store_write(DEVICE "ring-ref", "%u", mostly(RING_REF));
    store_write(DEVICE "event-channel", "%u", mostly(port));
    store_write(DEVICE "feature-persistent", "%u", random_below(2));
    store_write(DEVICE "protocol", "x86_64-abi");
    be(XenbusStateInitialised);
    if (!backend_reaches(XenbusStateConnected))
        return false;
    be(XenbusStateConnected);
    return true;
}

void ring_start(void)
{
    table = grant_table_map();
    ring = page_alloc();
    if (!table || !store_init() || !store_read(DEVICE "backend")) {
        print("hostile: there is no virtual disk\n");
        return;
    }
    strlcpy(backend_state, store_answer, sizeof(backend_state) - sizeof("/state"));
    strlcpy(backend_state + strlen(backend_state), "/state", sizeof("/state"));
    for (unsigned int i = 0; i < 8 * REFS; i++)
        change_grant();
}

void ring_step(void)
{
    if (!*backend_state)
        return;
    if (left) {
        left--;
        make_state();
        return;
    }
    disconnect();
    if (connect()) {
        left = 1 + random_below(2 * CONNECTION);
        connections++;
    }
    store_write("data/ring", "states %u answers %u connections %u", states, answers, connections);
}
