/* SPDX-License-Identifier: BSD-2-Clause */
/* Registered rings: what is recorded at a notification, and that nothing of a ring outlives its channel. */
#include "event/channel.h"
#include "fake.h"
#include "hypercalls.h"
#include "pages.h"
#include "pv/vantage_op.h"
#include "trace/trace.h"

#include <string.h>
#include <xen/io/blkif.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>

enum { SAMPLE = 0x0508, REGISTER = 0x0509, DROP = 0x050a, FIELDS = 8 };

static struct domain *front, *back, *third;
static uint32_t front_port, back_port;

/* The records since forget(), of rings only. */
static struct {
    uint16_t number;
    uint64_t field[FIELDS];
} seen[256];
static unsigned seen_count;

void on_record(uint16_t number, const uint64_t *fields)
{
    unsigned count = number == SAMPLE ? 8 : number == REGISTER ? 7 : number == DROP ? 3 : 0;

    if (!count || seen_count == ARRAY_SIZE(seen))
        return;
    seen[seen_count].number = number;
    memcpy(seen[seen_count++].field, fields, count * sizeof(*fields));
}

static void forget(void)
{
    seen_count = 0;
}

static unsigned records_of(uint16_t number)
{
    unsigned n = 0;

    for (unsigned i = 0; i < seen_count; i++)
        n += seen[i].number == number;
    return n;
}

static void *page_of(struct domain *d, unsigned i)
{
    return (void *)(fake_frame(d->id, i) << PAGE_SHIFT);
}

static int refs(struct domain *d, unsigned i)
{
    return fake_refs[fake_frame(d->id, i) - FAKE_FIRST];
}

static struct ring_choice choice(unsigned page, uint8_t kind)
{
    return (struct ring_choice){.frame = MFN(fake_frame(front->id, page)),
                                .port = front_port,
                                .entries = 32,
                                .device = 51712,
                                .queue = 1,
                                .kind = kind};
}

static int enter(unsigned page, uint8_t kind)
{
    struct ring_choice c = choice(page, kind);

    return ring_register(front, &c);
}

static int bind_pair(void)
{
    return channel_alloc_unbound(front, back->id, &front_port) ||
           channel_bind_interdomain(back, front->id, front_port, &back_port);
}

static bool sampled(unsigned i, uint64_t ring, uint64_t kind, uint64_t side, uint64_t words[4])
{
    const uint64_t *f = seen[i].field;

    return seen[i].number == SAMPLE && f[0] == front->id && f[1] == ring && f[2] == kind && f[3] == side &&
           !memcmp(f + 4, words, 4 * sizeof(*words));
}

static void registering(void)
{
    const uint64_t said[] = {front->id, 0, VANTAGE_RING_BLOCK, 1, 51712, 32, front_port};

    forget();
    check(enter(1, VANTAGE_RING_BLOCK) == 0, "a ring is registered");
    check(records_of(REGISTER) == 1 && !memcmp(seen[0].field, said, sizeof(said)), "... which is recorded");
    check(refs(front, 1) == 1, "... and holds its frame [ring.held]");
    check(enter(1, VANTAGE_RING_BLOCK) == 0 && refs(front, 1) == 1 && records_of(REGISTER) == 2,
          "once more: its number again, nothing held twice");
    check(enter(2, VANTAGE_RING_BLOCK) == 0 && refs(front, 1) == 0 && refs(front, 2) == 1,
          "another frame for that port: the first one is let go");
    check(enter(1, VANTAGE_RING_CONSOLE) == 1, "a second ring behind the same port");
}

static void sampling(void)
{
    uint64_t block[] = {7, 5, 8, 6}, console[] = {100, 90, 80, 70};
    struct blkif_sring *s = page_of(front, 2);
    struct xencons_interface *c = page_of(front, 1);

    *s = (struct blkif_sring){.req_prod = 7, .req_event = 8, .rsp_prod = 5, .rsp_event = 6};
    *c = (struct xencons_interface){.out_prod = 100, .in_prod = 90, .out_cons = 80, .in_cons = 70};
    forget();
    check(channel_send(front, front_port) == 0 && records_of(SAMPLE) == 2, "the front end notifies");
    check(sampled(0, 0, VANTAGE_RING_BLOCK, 0, block), "... indices of requests");
    check(sampled(1, 1, VANTAGE_RING_CONSOLE, 0, console), "... indices of bytes");
    forget();
    check(channel_send(back, back_port) == 0 && records_of(SAMPLE) == 2 &&
              sampled(0, 0, VANTAGE_RING_BLOCK, 1, block),
          "the back end notifies: the same, of the other side");
    memset(s, 0xff, PAGE_SIZE);
    forget();
    check(channel_send(front, front_port) == 0 && sampled(0, 0, VANTAGE_RING_BLOCK, 0,
          (uint64_t[]){~0u, ~0u, ~0u, ~0u}), "wild indices are only recorded [ring.once]");
    check(ring_unregister(front, 1) == 0 && refs(front, 1) == 0 && ring_unregister(front, 1) == -ENOENT,
          "a ring is let go when asked, once");
}

static void xenstore(void)
{
    struct xenstore_domain_interface *x = page_of(front, 3);
    int ring = enter(3, VANTAGE_RING_XENSTORE);

    x->req_prod = 1, x->req_cons = 2, x->rsp_prod = 3, x->rsp_cons = 4;
    forget();
    check(ring == 1 && channel_send(front, front_port) == 0 &&
              sampled(1, 1, VANTAGE_RING_XENSTORE, 0, (uint64_t[]){1, 3, 2, 4}),
          "the store's ring is read where its indices are");
    check(ring_unregister(front, (unsigned)ring) == 0, "... and let go");
}

static void refusals(void)
{
    struct ring_choice c = choice(3, VANTAGE_RING_BLOCK);
    uint32_t other_port;

    c.frame = MFN(fake_frame(third->id, 0));
    check(ring_register(front, &c) == -EINVAL && refs(third, 0) == 0, "a frame of another domain");
    check(refs(front, 2) == 1 && enter(2, VANTAGE_RING_BLOCK) == 0, "... takes nobody's place");
    fake_table_page[fake_frame(front->id, 3) - FAKE_FIRST] = true;
    c = choice(3, VANTAGE_RING_NET_TX);
    check(ring_register(front, &c) == -EINVAL && refs(front, 3) == 0, "a page table");
    fake_table_page[fake_frame(front->id, 3) - FAKE_FIRST] = false;
    c.port = 0;
    check(ring_register(front, &c) == -EINVAL, "port 0");
    c.port = PORTS_MAX;
    check(ring_register(front, &c) == -EINVAL, "a port there cannot be");
    c.port = ~0u;
    check(ring_register(front, &c) == -EINVAL, "... by far");
    c.port = front_port + 7;
    check(ring_register(front, &c) == -EINVAL, "a port that is free");
    check(channel_bind_ipi(front, 0, &other_port) == 0, "(a port of another kind)");
    c.port = other_port;
    check(ring_register(front, &c) == -EINVAL, "a port that leads to nobody else");
    check(channel_close(front, other_port) == 0, "(closed)");
    c = choice(3, VANTAGE_RING_BLOCK);
    c.entries = 0;
    check(ring_register(front, &c) == -EINVAL, "a ring with no room");
    c.entries = RING_ENTRIES_MAX + 1;
    check(ring_register(front, &c) == -EINVAL, "a ring with too much room");
    check(refs(front, 3) == 0 && refs(front, 2) == 1, "what was refused holds nothing");
    check(ring_unregister(front, RINGS_MAX) == -ENOENT && ring_unregister(third, 0) == -ENOENT,
          "rings there are not");
}

/* Each on a port of its own, until there are too many. */
static void many(void)
{
    uint32_t ports[RINGS_MAX + 1];
    int rc = 0, pages = fake_pages_out;
    unsigned n = 0;

    for (; n <= RINGS_MAX; n++) {
        struct ring_choice c = choice(4, VANTAGE_RING_NET_RX);

        if (channel_alloc_unbound(front, back->id, &ports[n]))
            break;
        c.port = ports[n];
        rc = ring_register(front, &c);
        if (rc < 0)
            break;
    }
    check(n == RINGS_MAX - 1 && rc == -ENOSPC, "a domain has so many rings and no more");
    check(refs(front, 4) == (int)n && fake_pages_out == pages, "... in the one page it has for them");
    for (unsigned i = 0; i <= n; i++)
        (void)!channel_close(front, ports[i]);
    check(refs(front, 4) == 0, "... all let go when their ports close [ring.port]");
}

static void audited(void)
{
    memset(fake_audited, 0, sizeof(int) * FAKE_FRAMES * 4);
    rings_audit();
    bool right = true;
    for (unsigned i = 0; i < FAKE_FRAMES * 4; i++)
        right &= fake_audited[i] == fake_refs[i];
    check(right, "an audit is told of every frame that is held, and of no other");
}

static void ends(void)
{
    forget();
    check(channel_close(back, back_port) == 0 && refs(front, 2) == 0, "the back end closes: let go [ring.port]");
    check(records_of(DROP) == 1 && seen[0].field[2] == 1, "... which is recorded");
    forget();
    check(channel_send(front, front_port) == 0 && !records_of(SAMPLE), "nothing is sampled any more");
    check(enter(2, VANTAGE_RING_BLOCK) == 0, "registered while nobody is at the other end");
    check(channel_send(front, front_port) == 0 && !records_of(SAMPLE), "... and sampled when somebody is");
    check(channel_bind_interdomain(back, front->id, front_port, &back_port) == 0 &&
              channel_send(back, back_port) == 0 && records_of(SAMPLE) == 1,
          "... as it is now");
    check(channel_close(front, front_port) == 0 && refs(front, 2) == 0, "the front end closes");
    check(bind_pair() == 0, "(bound anew)");
    forget();
    check(channel_send(front, front_port) == 0 && !records_of(SAMPLE),
          "who gets the port next is not sampled with the ring of before");
}

static void death(void)
{
    int pages;

    check(enter(2, VANTAGE_RING_BLOCK) >= 0 && enter(1, VANTAGE_RING_CONSOLE) >= 0, "(registered)");
    audited();
    front->state = DOMAIN_DYING;
    check(event_domain_reset(front) == 0 && !refs(front, 1) && !refs(front, 2), "a dying domain holds no frame");
    pages = fake_pages_out;
    event_domain_destroy(front);
    check(fake_pages_out == pages - 3, "... and its table of rings is given back, with those of ports and events");
}

static void no_memory(void)
{
    fake_alloc_budget = 0;
    check(enter(1, VANTAGE_RING_BLOCK) == -ENOMEM && refs(front, 1) == 0, "no memory for the table");
    fake_alloc_budget = -1;
}

int main(void)
{
    struct domain **all[] = {&front, &back, &third};

    fake_machine(1);
    fake_pages_init();
    for (unsigned i = 0; i < 3; i++) {
        *all[i] = fake_domain((domid_t)i, 1);
        if (event_domain_init(*all[i]))
            return 1;
    }
    if (bind_pair())
        return 1;
    no_memory();
    registering();
    sampling();
    xenstore();
    refusals();
    many();
    audited();
    ends();
    death();
    return check_end();
}
