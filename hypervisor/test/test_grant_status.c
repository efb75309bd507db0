/* SPDX-License-Identifier: BSD-2-Clause */
/* Every status and errno of grant_table_op. */
#include "fake.h"
#include "grant/table.h"
#include "hypercalls.h"
#include "pages.h"
#include <string.h>
#include <xen/grant_table.h>

static struct domain *owner, *user, *third, *dom0;

static grant_entry_v1_t *entry(struct domain *d, uint32_t ref)
{
    return (grant_entry_v1_t *)((grant_frame_mfn(d, ref / 512).n << PAGE_SHIFT)) + ref % 512;
}

static void grant(struct domain *d, uint32_t ref, uint16_t flags, domid_t to, unsigned page)
{
    *entry(d, ref) =
        (grant_entry_v1_t){.flags = flags, .domid = to, .frame = fake_frame(d->id, page)};
}

static long go(struct domain *d, uint32_t cmd, void *ops, uint32_t count)
{
    return hc_grant_table_op(d->vcpus[0], cmd, at(ops), count);
}

static struct gnttab_map_grant_ref map(struct domain *d, domid_t dom, uint32_t ref, unsigned slot,
                                       uint32_t flags)
{
    struct gnttab_map_grant_ref m = {
        .host_addr = fake_slot_address(slot), .flags = flags, .ref = ref, .dom = dom, .status = 99};

    if (go(d, GNTTABOP_map_grant_ref, &m, 1))
        m.status = 98;
    return m;
}

static int unmap(struct domain *d, unsigned slot, uint64_t device, uint32_t handle)
{
    struct gnttab_unmap_grant_ref u = {.host_addr = fake_slot_address(slot),
                                       .dev_bus_addr = device,
                                       .handle = handle,
                                       .status = 99};

    return go(d, GNTTABOP_unmap_grant_ref, &u, 1) ? 98 : u.status;
}

static int refs(struct domain *d, unsigned page)
{
    return fake_refs[fake_frame(d->id, page) - FAKE_FIRST];
}

static int writable(struct domain *d, unsigned page)
{
    return fake_writable[fake_frame(d->id, page) - FAKE_FIRST];
}

/* [grant.marked] [grant.refs] [grant.flushed] */
static void mapping(void)
{
    struct gnttab_map_grant_ref m, n;
    unsigned flushes;

    grant(owner, 8, GTF_permit_access, user->id, 1);
    m = map(user, owner->id, 8, 0, GNTMAP_host_map);
    check(m.status == GNTST_okay && fake_slots[user->id][0].frame == fake_frame(owner->id, 1),
          "map");
    check(entry(owner, 8)->flags == (GTF_permit_access | GTF_reading | GTF_writing),
          "... marks the entry as read and written");
    check(refs(owner, 1) == 1 && writable(owner, 1) == 1, "... holds the frame");
    check(!grant_domain_is_idle(owner), "... and its owner");
    n = map(user, owner->id, 8, 1, GNTMAP_host_map | GNTMAP_readonly);
    check(n.status == GNTST_okay && n.handle != m.handle && refs(owner, 1) == 2, "map once more");
    flushes = fake_flushes;
    check(unmap(user, 0, 0, m.handle) == GNTST_okay && !fake_slots[user->id][0].frame, "unmap");
    check(fake_flushes == flushes + 1, "... flushes");
    check(entry(owner, 8)->flags == (GTF_permit_access | GTF_reading) && writable(owner, 1) == 0,
          "... leaves the reader's mark");
    check(unmap(user, 0, 0, m.handle) == GNTST_bad_handle, "unmap again: bad handle");
    check(unmap(user, 5, 0, n.handle) == GNTST_bad_virt_addr && refs(owner, 1) == 1,
          "unmap elsewhere: bad address, still held");
    check(unmap(user, 1, 0, n.handle) == GNTST_okay &&
              entry(owner, 8)->flags == GTF_permit_access && refs(owner, 1) == 0 &&
              grant_domain_is_idle(owner),
          "all unmapped, all given back");
    check(unmap(user, 1, 0, ~0u) == GNTST_bad_handle && unmap(user, 1, 0, 512) == GNTST_bad_handle,
          "handles never given: bad handle");
}

static void refused(void)
{
    struct gnttab_map_grant_ref m;
    struct gnttab_unmap_grant_ref u[3];

    check(map(user, owner->id, 8, 0, GNTMAP_readonly).status == GNTST_bad_gntref, "map of no part");
    check(map(user, 99, 8, 0, GNTMAP_host_map).status == GNTST_bad_domain, "no such domain");
    check(map(user, owner->id, 1024, 0, GNTMAP_host_map).status == GNTST_bad_gntref &&
              map(user, owner->id, ~0u, 0, GNTMAP_host_map).status == GNTST_bad_gntref,
          "no such grant");
    check(map(third, owner->id, 8, 0, GNTMAP_host_map).status == GNTST_general_error,
          "granted to somebody else");
    check(map(user, owner->id, 9, 0, GNTMAP_host_map).status == GNTST_general_error, "not granted");
    grant(owner, 10, GTF_permit_access | GTF_readonly, user->id, 2);
    check(map(user, owner->id, 10, 0, GNTMAP_host_map).status == GNTST_general_error,
          "granted for reading only");
    m = map(user, owner->id, 10, 0, GNTMAP_host_map | GNTMAP_readonly);
    check(m.status == GNTST_okay && entry(owner, 10)->flags == (5 | GTF_reading), "... is read");
    check(map(user, owner->id, 10, 1, GNTMAP_host_map).status == GNTST_general_error,
          "... and not written after that");
    grant(owner, 10, GTF_permit_access, user->id, 3);
    check(map(user, owner->id, 10, 1, GNTMAP_host_map).status == GNTST_general_error,
          "another frame in an entry that is in use: refused");
    grant(owner, 10, GTF_permit_access | GTF_reading, third->id, 2);
    check(map(third, owner->id, 10, 1, GNTMAP_host_map).status == GNTST_general_error,
          "another user in an entry that is in use: refused");
    check(unmap(user, 0, 0, m.handle) == GNTST_okay && refs(owner, 2) == 0, "unmapped");
    grant(owner, 11, GTF_transitive, user->id, 2);
    grant(owner, 12, GTF_accept_transfer, user->id, 2);
    check(map(user, owner->id, 11, 0, GNTMAP_host_map).status == GNTST_general_error &&
              map(user, owner->id, 12, 0, GNTMAP_host_map).status == GNTST_general_error,
          "transitive and transfer grants: refused");
    grant(owner, 13, GTF_permit_access, user->id, 0);
    entry(owner, 13)->frame = fake_frame(third->id, 0);
    check(map(user, owner->id, 13, 0, GNTMAP_host_map).status == GNTST_bad_page &&
              entry(owner, 13)->flags == GTF_permit_access,
          "a frame the owner does not own: bad page, no mark left");
    grant(owner, 14, GTF_permit_access, user->id, 4);
    fake_table_page[fake_frame(owner->id, 4) - FAKE_FIRST] = true;
    check(map(user, owner->id, 14, 0, GNTMAP_host_map).status == GNTST_bad_page, "a page table");
    m = map(user, owner->id, 14, 0, GNTMAP_host_map | GNTMAP_readonly);
    check(m.status == GNTST_okay && unmap(user, 0, 0, m.handle) == GNTST_okay, "... may be read");
    check(map(user, owner->id, 8, 9999, GNTMAP_host_map).status == GNTST_bad_virt_addr &&
              refs(owner, 1) == 0 && entry(owner, 8)->flags == GTF_permit_access,
          "no entry at that address: all taken back");
    owner->state = DOMAIN_DYING;
    check(map(user, owner->id, 8, 0, GNTMAP_host_map).status == GNTST_bad_domain, "a dying owner");
    owner->state = DOMAIN_RUNNING;
    memset(u, 0xff, sizeof(u));
    check(go(user, GNTTABOP_unmap_grant_ref, u, 3) == 0 && u[0].status == GNTST_bad_handle &&
              u[2].status == GNTST_bad_handle,
          "each element gets its status");
}

static void parts(void)
{
    uint64_t address = fake_frame(owner->id, 1) << PAGE_SHIFT;
    struct gnttab_map_grant_ref m =
        map(user, owner->id, 8, 0, GNTMAP_host_map | GNTMAP_device_map | GNTMAP_contains_pte);
    struct gnttab_unmap_grant_ref u = {.handle = m.handle};

    check(m.status == GNTST_okay && m.dev_bus_addr == address && refs(owner, 1) == 1,
          "host and device in one mapping");
    check(go(user, GNTTABOP_unmap_grant_ref, &u, 1) == 0 && u.status == GNTST_okay &&
              refs(owner, 1) == 1,
          "unmap of neither part");
    check(unmap(user, 0, 1, m.handle) == GNTST_bad_dev_addr && fake_slots[user->id][0].frame,
          "wrong device address: nothing unmapped");
    check(unmap(user, 0, 0, m.handle) == GNTST_okay && refs(owner, 1) == 1, "host part");
    u.dev_bus_addr = address;
    check(go(user, GNTTABOP_unmap_grant_ref, &u, 1) == 0 && u.status == GNTST_okay &&
              refs(owner, 1) == 0,
          "device part: gone");
    check(unmap(user, 0, address, m.handle) == GNTST_bad_handle, "... and its handle");
}

static char *page(struct domain *d, unsigned i)
{
    return (char *)(fake_frame(d->id, i) << PAGE_SHIFT);
}

static struct gnttab_copy copy_op(struct domain *from, struct domain *to)
{
    struct gnttab_copy c = {.len = 10, .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref};

    c.source.domid = from->id;
    c.source.u.ref = 20;
    c.source.offset = 100;
    c.dest.domid = to->id;
    c.dest.u.ref = 20;
    c.dest.offset = 200;
    return c;
}

static int copied(struct domain *d, struct gnttab_copy *c)
{
    return go(d, GNTTABOP_copy, c, 1) ? 98 : c->status;
}

static void copying(void)
{
    struct gnttab_copy c = copy_op(owner, third);

    grant(owner, 20, GTF_permit_access | GTF_readonly, user->id, 5);
    grant(third, 20, GTF_permit_access, user->id, 6);
    strcpy(page(owner, 5) + 100, "moonlight");
    check(copied(user, &c) == GNTST_okay && !strcmp(page(third, 6) + 200, "moonlight"),
          "copy between two others");
    check(refs(owner, 5) == 0 && refs(third, 6) == 0 && entry(owner, 20)->flags == 5 &&
              entry(third, 20)->flags == 1,
          "... leaves nothing held or marked");
    c = copy_op(third, owner);
    check(copied(user, &c) == GNTST_general_error && refs(third, 6) == 0,
          "copy to a read-only grant");
    c = copy_op(owner, third);
    c.len = 4096;
    check(copied(user, &c) == GNTST_bad_copy_arg, "copy across a page");
    c.source.offset = c.dest.offset = 0;
    check(copied(user, &c) == GNTST_okay, "copy of a whole page");
    c = copy_op(owner, third);
    c.dest.offset = 0xffff;
    c.len = 0xffff;
    check(copied(user, &c) == GNTST_bad_copy_arg, "copy of 65535 bytes");
    c.source.offset = c.dest.offset = 4095;
    c.len = 0xf002;
    check(copied(user, &c) == GNTST_bad_copy_arg, "offset and length that wrap at 16 bits");
    c = copy_op(owner, third);
    c.flags = 0;
    check(copied(user, &c) == GNTST_permission_denied, "frames of others by number: refused");
    c.flags = GNTCOPY_source_gref;
    c.dest.domid = DOMID_SELF;
    c.dest.u.gmfn = fake_frame(user->id, 7);
    check(copied(user, &c) == GNTST_okay && !strcmp(page(user, 7) + 200, "moonlight") &&
              refs(user, 7) == 0,
          "copy to a frame of one's own");
    c.dest.u.gmfn = fake_frame(third->id, 7);
    check(copied(user, &c) == GNTST_bad_page, "a frame of another as one's own: bad page");
    c = copy_op(owner, third);
    c.source.domid = 99;
    check(copied(user, &c) == GNTST_bad_domain, "copy from nobody");
    c = copy_op(owner, third);
    c.dest.u.ref = 9999;
    check(copied(user, &c) == GNTST_bad_gntref && refs(owner, 5) == 0, "copy to no grant");
}

static void queries(void)
{
    xen_pfn_t frames[3] = {0};
    struct gnttab_setup_table s = {.dom = DOMID_SELF, .nr_frames = 2};
    struct gnttab_query_size q = {.dom = DOMID_SELF};
    struct gnttab_get_version g = {.dom = DOMID_SELF};
    struct gnttab_set_version v = {.version = 1};

    set_xen_guest_handle(s.frame_list, frames);
    check(go(user, GNTTABOP_setup_table, &s, 1) == 0 && s.status == GNTST_okay &&
              frames[1] == grant_frame_mfn(user, 1).n && !frames[2],
          "setup_table");
    s.nr_frames = 3;
    check(go(user, GNTTABOP_setup_table, &s, 1) == 0 && s.status == GNTST_general_error,
          "... of too many frames");
    s.nr_frames = 1;
    s.dom = owner->id;
    check(go(user, GNTTABOP_setup_table, &s, 1) == 0 && s.status == GNTST_permission_denied,
          "... of another");
    check(go(dom0, GNTTABOP_setup_table, &s, 1) == 0 && s.status == GNTST_okay &&
              frames[0] == grant_frame_mfn(owner, 0).n,
          "... by dom0");
    set_xen_guest_handle(s.frame_list, (xen_pfn_t *)8);
    check(go(dom0, GNTTABOP_setup_table, &s, 1) == 0 && s.status == GNTST_bad_virt_addr,
          "... nowhere to write");
    s.dom = 99;
    check(go(dom0, GNTTABOP_setup_table, &s, 1) == 0 && s.status == GNTST_bad_domain,
          "... no such domain");
    check(go(user, GNTTABOP_setup_table, &s, 2) == -EINVAL &&
              go(user, GNTTABOP_query_size, &q, 0) == -EINVAL &&
              go(user, GNTTABOP_get_version, &g, 2) == -EINVAL &&
              go(user, GNTTABOP_set_version, &v, 2) == -EINVAL,
          "single operations: count must be 1");
    check(go(user, GNTTABOP_query_size, &q, 1) == 0 && q.status == 0 && q.nr_frames == 2 &&
              q.max_nr_frames == 2,
          "query_size");
    q.dom = owner->id;
    check(go(user, GNTTABOP_query_size, &q, 1) == 0 && q.status == GNTST_permission_denied,
          "... of another");
    check(go(user, GNTTABOP_get_version, &g, 1) == 0 && g.version == 1, "get_version");
    g.dom = owner->id;
    check(go(user, GNTTABOP_get_version, &g, 1) == -EPERM, "... of another");
    g.dom = 99;
    check(go(user, GNTTABOP_get_version, &g, 1) == -ESRCH, "... of nobody");
    check(go(user, GNTTABOP_set_version, &v, 1) == 0, "set_version 1");
    v.version = 2;
    check(go(user, GNTTABOP_set_version, &v, 1) == -ENOSYS, "set_version 2: refused");
    v.version = 3;
    check(go(user, GNTTABOP_set_version, &v, 1) == -EINVAL, "set_version 3: no such thing");
    check(go(user, GNTTABOP_dump_table, NULL, 1) == -ENOSYS &&
              go(user, GNTTABOP_transfer, NULL, 1) == -ENOSYS &&
              go(user, GNTTABOP_unmap_and_replace, NULL, 1) == -ENOSYS &&
              go(user, GNTTABOP_get_status_frames, NULL, 1) == -ENOSYS &&
              go(user, GNTTABOP_swap_grant_ref, NULL, 1) == -ENOSYS &&
              go(user, GNTTABOP_cache_flush, NULL, 1) == -ENOSYS &&
              go(user, 13, NULL, 1) == -ENOSYS,
          "the rest: -ENOSYS before any argument is read");
}

static uint64_t seen_frame;
static unsigned seen_pins;

static void see(mfn_t frame, unsigned pins)
{
    seen_frame = frame.n;
    seen_pins += pins;
}

static void lists(void)
{
    struct gnttab_map_grant_ref m[100];
    struct gnttab_unmap_grant_ref u[100];
    struct vcpu *v = user->vcpus[0];
    unsigned flushes = fake_flushes, rounds = 0;
    uint32_t count = 100;
    uint64_t ops = (uint64_t)m;
    long rc;

    check(go(user, GNTTABOP_map_grant_ref, NULL, 0) == 0 && go(user, GNTTABOP_copy, NULL, 0) == 0,
          "a list of nothing touches nothing");
    check(go(user, GNTTABOP_map_grant_ref, m, 0x80000000) == -EINVAL, "a list of 2^31: -EINVAL");
    check(go(user, GNTTABOP_map_grant_ref, NULL, 1) == -EFAULT, "a list nowhere: -EFAULT");
    for (unsigned i = 0; i < 100; i++)
        m[i] = (struct gnttab_map_grant_ref){.host_addr = fake_slot_address(i),
                                             .flags = GNTMAP_host_map,
                                             .ref = 8,
                                             .dom = owner->id};
    fake_preempt_every = 7;
    while ((rc = hc_grant_table_op(v, GNTTABOP_map_grant_ref, GPTR(ops), count)) == -ERESTART) {
        ops = v->restart.arg[1];
        count = v->restart.arg[2];
        rounds++;
    }
    fake_preempt_every = 0;
    check(rc == 0 && rounds > 10 && refs(owner, 1) == 100 && v->restart.changed == 6,
          "100 mappings in pieces");
    grant_each_pinned(owner, see);
    check(seen_pins == 100 && seen_frame == fake_frame(owner->id, 1), "... which an audit can see");
    for (unsigned i = 0; i < 100; i++)
        u[i] = (struct gnttab_unmap_grant_ref){.host_addr = fake_slot_address(i),
                                               .handle = m[i].handle};
    check(go(user, GNTTABOP_unmap_grant_ref, u, 100) == 0 && refs(owner, 1) == 0 &&
              fake_flushes == flushes + 4,
          "100 unmapped with 4 flushes");
}

static void handles_run_out(void)
{
    uint32_t n = 0, ok = 1;
    struct gnttab_map_grant_ref m;

    while ((m = map(third, owner->id, 30, n, GNTMAP_host_map)).status == GNTST_okay)
        n++;
    check(m.status == GNTST_general_error && n == 0, "not granted to the third");
    grant(owner, 30, GTF_permit_access, third->id, 9);
    while ((m = map(third, owner->id, 30, n, GNTMAP_host_map)).status == GNTST_okay)
        n++;
    check(m.status == GNTST_no_space && n == 20, "20 handles, then no space");
    check(grant_domain_release(third) == 0 && refs(owner, 9) == 0 && grant_domain_is_idle(owner),
          "release lets go of all");
    memset(fake_slots[third->id], 0, sizeof(fake_slots[third->id]));
    for (n = 0; n < 20; n++)
        ok &= map(third, owner->id, 30, n, GNTMAP_host_map).status == GNTST_okay;
    fake_preempt_every = 1;
    for (n = 0; grant_domain_release(third) == -ERESTART; n++)
        ;
    fake_preempt_every = 0;
    check(ok && n == 1 && refs(owner, 9) == 0, "release in pieces");
}

static struct domain *make(domid_t id, unsigned handles)
{
    struct domain *d = fake_domain(id, 1);

    if (grant_domain_init(d, 2, handles) || grant_grow(d, 2))
        check(false, "grant_domain_init");
    return d;
}

static void table_grows(struct domain *d)
{
    int n;

    check(grant_frame_count(d) == 1 && grant_grow(d, 4) == -EINVAL && grant_frame_count(d) == 1,
          "a table begins with one frame and does not grow beyond its limit");
    for (n = 0; n < 100; n++) {
        fake_alloc_budget = n;
        if (grant_grow(d, 3) == 0)
            break;
    }
    fake_alloc_budget = -1;
    check(n == 2 && grant_frame_count(d) == 3,
          "no memory while it grows: -ENOMEM, and it goes on where it stopped");
}

/* Of 1000 handles, in pages of 512. */
static void handles_grow(struct domain *d)
{
    bool taken[1000] = {false}, once = true;
    uint32_t h;

    fake_alloc_budget = 0;
    check(handle_take(d) == HANDLE_NONE, "no memory for handles: none");
    fake_alloc_budget = -1;
    for (int i = 0; i < 1000; i++) {
        h = handle_take(d);
        once &= h < 1000 && !taken[h];
        if (once)
            taken[h] = true;
    }
    check(once && handle_take(d) == HANDLE_NONE, "each handle once, and no more than the limit");
    for (h = 0; h < 1000; h++)
        handle_free(d, h);
}

static void creation(void)
{
    struct domain *d = fake_domain(9, 1);
    int before = fake_pages_out, n;
    mfn_t frame;

    check(grant_domain_init(d, 0, 1) == -EINVAL &&
              grant_domain_init(d, 65, 1) == -EINVAL &&
              grant_domain_init(d, 1, 65537) == -EINVAL,
          "tables beyond the limits: -EINVAL");
    for (n = 0; n < 100; n++) {
        fake_alloc_budget = n;
        if (grant_domain_init(d, 3, 1000) == 0)
            break;
        if (fake_pages_out != before)
            n = 1000;
    }
    fake_alloc_budget = -1;
    check(n == 1 + 1, "no memory at any point: -ENOMEM, nothing lost");
    table_grows(d);
    handles_grow(d);
    *entry(d, 0) = (grant_entry_v1_t){.flags = GTF_permit_access, .domid = 7, .frame = 0x1234};
    fake_alloc_budget = 0;
    check(grant_pin(d, 0, 7, false, &frame) == GNTST_no_space && entry(d, 0)->flags == 1 && grant_domain_is_idle(d),
          "no memory for what is in use: refused, not marked");
    check(grant_pin(d, 1, 7, false, &frame) == GNTST_general_error, "none is wanted for what is not granted");
    fake_alloc_budget = -1;
    check(mfn_is_none(grant_frame_mfn(d, 3)), "no frame beyond the table");
    grant_domain_destroy(d);
    fake_domain_free(d);
}

/* What the trace of rings asks: a look at an entry, which holds nothing. */
static void naming(void)
{
    mfn_t frame;
    int before;

    grant(owner, 40, GTF_permit_access, user->id, 3);
    before = refs(owner, 3);
    check(grant_named_frame(owner, 40, &frame) == 0 && frame.n == fake_frame(owner->id, 3), "an entry names a frame");
    check(refs(owner, 3) == before && entry(owner, 40)->flags == GTF_permit_access, "... and is as it was");
    grant(owner, 40, 0, user->id, 3);
    check(grant_named_frame(owner, 40, &frame) == -EINVAL, "a grant that was revoked names none");
    check(grant_named_frame(owner, grant_frame_count(owner) * GRANTS_PER_FRAME, &frame) == -EINVAL &&
              grant_named_frame(owner, ~0u, &frame) == -EINVAL, "an entry beyond the table");
}

int main(void)
{
    fake_machine(1);
    fake_pages_init();
    dom0 = make(0, 10);
    dom0->is_privileged = true;
    owner = make(1, 10);
    user = make(2, 200);
    third = make(3, 20);
    mapping();
    refused();
    parts();
    copying();
    queries();
    naming();
    lists();
    handles_run_out();
    creation();
    for (unsigned i = 0; i < 4; i++) {
        grant_domain_destroy(fake_domains[i]);
        fake_domain_free(fake_domains[i]);
    }
    check(fake_pages_out == 32 && fake_shared_pages == 0, "all pages given back");
    return check_end();
}
