/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grant tables against a model: three domains grant, map, unmap and copy at random, sensibly and
 * not. The model keeps a list of mappings and counts everything else from it after each step.
 *
 * usage: test_grant_model [steps [seed]]
 */
#include "fake.h"
#include "grant/grant.h"
#include "hypercalls.h"
#include "pages.h"
#include <stdlib.h>
#include <string.h>
#include <xen/grant_table.h>

#ifndef MODEL_STEPS
#define MODEL_STEPS 1000000
#endif

#define DOMS    3
#define REFS    12
#define PAGES   8
#define SLOTS   24
#define HANDLES 20

struct mapping {
    bool used, write;
    int owner, ref, parts, slot;
    uint32_t flags;
    uint64_t frame;
};

static struct domain *doms[DOMS];
static struct mapping maps[DOMS][HANDLES]; /* by handle */
static grant_entry_v1_t entries[DOMS][REFS];
static uint8_t content[DOMS][PAGES][8]; /* first bytes of each page */
static uint64_t seed;

static uint64_t r(uint64_t n)
{
    return rng_next(&seed) % n;
}

static grant_entry_v1_t *shared(int d)
{
    return (grant_entry_v1_t *)(grant_frame_mfn(doms[d], 0).n << PAGE_SHIFT);
}

static uint8_t *page(int d, int i)
{
    return (uint8_t *)(fake_frame(d, i) << PAGE_SHIFT);
}

static int pins(int owner, int ref, int write)
{
    int n = 0;

    for (int d = 0; d < DOMS; d++)
        for (int h = 0; h < HANDLES; h++)
            n += maps[d][h].used && maps[d][h].owner == owner && maps[d][h].ref == ref &&
                 (write < 0 || maps[d][h].write == write);
    return n;
}

/* Some mapping of the grant, or NULL; *user is whose. */
static struct mapping *someone(int owner, int ref, int *user)
{
    for (*user = 0; *user < DOMS; ++*user)
        for (int h = 0; h < HANDLES; h++)
            if (maps[*user][h].used && maps[*user][h].owner == owner && maps[*user][h].ref == ref)
                return &maps[*user][h];
    return NULL;
}

/* May `user` use the grant now? The frame, or 0 with the reason. */
static uint64_t usable(int owner, int ref, int user, bool write, int *why)
{
    grant_entry_v1_t e = entries[owner][ref];
    int whose;
    const struct mapping *m = someone(owner, ref, &whose);
    bool fresh = !m || (write && !pins(owner, ref, 1));
    uint64_t frame = m ? m->frame : e.frame;

    *why = GNTST_general_error;
    if (m && whose != user)
        return 0;
    if (fresh && ((e.flags & 3) != GTF_permit_access || e.domid != user ||
                  (write && e.flags & GTF_readonly) || e.frame != frame))
        return 0;
    *why = GNTST_bad_page;
    if (frame < fake_frame(owner, 0) || frame >= fake_frame(owner, FAKE_FRAMES) ||
        (write && fake_table_page[frame - FAKE_FIRST])) {
        /* marked for a moment, and taken back as far as nobody else stands for it */
        if (fresh && !pins(owner, ref, 1))
            entries[owner][ref].flags &= ~GTF_writing;
        if (fresh && m) /* its owner may have rubbed the mark out */
            entries[owner][ref].flags |= GTF_reading;
        if (fresh && !m)
            entries[owner][ref].flags &= ~GTF_reading;
        return 0;
    }
    *why = GNTST_okay;
    if (fresh)
        entries[owner][ref].flags |= GTF_reading | (write ? GTF_writing : 0);
    return frame;
}

static void let_go(int owner, int ref)
{
    if (!pins(owner, ref, 1))
        entries[owner][ref].flags &= ~GTF_writing;
    if (!pins(owner, ref, -1))
        entries[owner][ref].flags &= ~GTF_reading;
}

static bool handles_full(int d)
{
    int n = 0;

    for (int h = 0; h < HANDLES; h++)
        n += maps[d][h].used;
    return n == HANDLES;
}

/* --- Steps --- */

static bool edit(int d)
{
    static const uint16_t flags[] = {0, 1, 1, 1, 1, 5, 5, 2, 3, 1 | GTF_writing, 5 | GTF_reading};
    int ref = r(REFS), whose;
    grant_entry_v1_t e = {
        .flags = flags[r(11)], .domid = r(DOMS), .frame = fake_frame(d, r(PAGES))};

    if (someone(d, ref, &whose) && r(4)) /* mostly behaves */
        return true;
    if (r(20) == 0)
        e.frame = r(2) ? fake_frame(r(DOMS), r(PAGES)) : r(1ull << 32);
    entries[d][ref] = shared(d)[ref] = e;
    return true;
}

static bool retype(int d)
{
    int i = r(PAGES);
    uint64_t frame = fake_frame(d, i) - FAKE_FIRST;

    if (!fake_writable[frame]) /* as mm/ would have it */
        fake_table_page[frame] = r(4) == 0;
    return true;
}

static bool map(int d)
{
    int owner = r(20) ? (int)r(DOMS) : 50, slot = r(SLOTS), why;
    struct gnttab_map_grant_ref op = {
        .host_addr = fake_slot_address(slot),
        .flags = (r(10) ? GNTMAP_host_map : 0) | (r(4) ? 0 : GNTMAP_device_map) |
                 (r(2) ? GNTMAP_readonly : 0) | (r(4) ? 0 : GNTMAP_contains_pte),
        .ref = r(30) ? r(REFS) : 512 + r(100000),
        .dom = owner,
    };
    bool write = !(op.flags & GNTMAP_readonly);
    uint64_t frame = 0;
    long rc;

    if (!(op.flags & 3))
        why = GNTST_bad_gntref;
    else if (handles_full(d))
        why = GNTST_no_space;
    else if (owner >= DOMS)
        why = GNTST_bad_domain;
    else if (op.ref >= REFS)
        why = GNTST_bad_gntref;
    else
        frame = usable(owner, op.ref, d, write, &why);
    if (frame && op.flags & GNTMAP_host_map && fake_slots[d][slot].frame) {
        why = GNTST_bad_virt_addr;
        let_go(owner, op.ref);
    }
    rc = hc_grant_table_op(doms[d]->vcpus[0], GNTTABOP_map_grant_ref, at(&op), 1);
    if (rc || op.status != why)
        return false;
    if (why)
        return true;
    if (op.handle >= HANDLES || maps[d][op.handle].used ||
        op.dev_bus_addr != (op.flags & 1 ? frame << PAGE_SHIFT : 0))
        return false;
    maps[d][op.handle] = (struct mapping){.used = true,
                                          .write = write,
                                          .owner = owner,
                                          .ref = op.ref,
                                          .parts = op.flags & 3,
                                          .slot = slot,
                                          .flags = op.flags & 0x14,
                                          .frame = frame};
    return true;
}

static bool unmap(int d)
{
    int h = r(30) ? (int)r(HANDLES) : 12345;
    struct mapping *m = h < HANDLES ? &maps[d][h] : NULL, was;
    struct gnttab_unmap_grant_ref op = {.handle = h};
    int slot = m && r(8) ? m->slot : (int)r(SLOTS), want = GNTST_okay, parts;
    const struct fake_slot *s = &fake_slots[d][slot];

    if (r(8))
        op.host_addr = fake_slot_address(slot);
    if (r(2))
        op.dev_bus_addr = m && r(8) ? m->frame << PAGE_SHIFT : 4096;
    if (!m || !m->used) {
        want = GNTST_bad_handle;
    } else {
        parts = m->parts;
        if (op.dev_bus_addr && parts & 1) {
            if (op.dev_bus_addr != m->frame << PAGE_SHIFT)
                want = GNTST_bad_dev_addr;
            parts &= ~1;
        }
        if (!want && op.host_addr && parts & 2) {
            if (s->frame == m->frame && s->flags == m->flags)
                parts &= ~2;
            else
                want = GNTST_bad_virt_addr;
        }
        if (!want)
            m->parts = parts;
        was = *m;
        if (!m->parts) {
            m->used = false;
            let_go(was.owner, was.ref);
        }
    }
    return hc_grant_table_op(doms[d]->vcpus[0], GNTTABOP_unmap_grant_ref, at(&op), 1) == 0 &&
           op.status == want;
}

static uint64_t side(int d, bool grant, bool write, struct gnttab_copy_ptr *p, int *why)
{
    int ref = r(REFS), owner = r(DOMS);

    if (!grant) {
        p->domid = r(16) ? DOMID_SELF : (domid_t)owner;
        p->u.gmfn = r(16) ? fake_frame(d, r(PAGES)) : fake_frame((d + 1) % DOMS, 0);
        *why = p->domid != DOMID_SELF ? GNTST_permission_denied
               : p->u.gmfn < fake_frame(d, 0) || p->u.gmfn >= fake_frame(d, FAKE_FRAMES) ||
                       (write && fake_table_page[p->u.gmfn - FAKE_FIRST])
                   ? GNTST_bad_page
                   : GNTST_okay;
        return *why ? 0 : p->u.gmfn;
    }
    p->domid = owner;
    p->u.ref = ref;
    return usable(owner, ref, d, write, why);
}

static bool copy(int d)
{
    struct gnttab_copy op = {.flags = r(4), .len = r(9)};
    uint64_t from, to = 0;
    int why, why_to;
    struct mapping *hold = NULL;

    from = side(d, op.flags & 1, false, &op.source, &why);
    if (from && op.flags & 1 && op.flags & 2) {
        /* The first side stands while the second is tried: a mapping in a spare place says so. */
        static struct mapping spare;

        hold = &spare;
        for (int h = 0; h < HANDLES; h++)
            if (!maps[d][h].used)
                hold = &maps[d][h];
        if (hold == &spare) { /* no place to note it in */
            let_go(op.source.domid, op.source.u.ref);
            return true;
        }
        *hold = (struct mapping){
            .used = true, .owner = op.source.domid, .ref = op.source.u.ref, .frame = from};
    }
    if (from) {
        to = side(d, op.flags & 2, true, &op.dest, &why_to);
        why = why_to;
        if (to && op.flags & 2)
            let_go(op.dest.domid, op.dest.u.ref);
    } else {
        op.dest.domid = DOMID_SELF;
    }
    if (hold)
        hold->used = false;
    if (from && op.flags & 1)
        let_go(op.source.domid, op.source.u.ref);
    if (to) {
        uint64_t f = from - FAKE_FIRST, t = to - FAKE_FIRST;

        memmove(content[t / FAKE_FRAMES][t % FAKE_FRAMES],
                content[f / FAKE_FRAMES][f % FAKE_FRAMES], MIN(op.len, 8));
        op.len = MIN(op.len, 8);
    }
    return hc_grant_table_op(doms[d]->vcpus[0], GNTTABOP_copy, at(&op), 1) == 0 && op.status == why;
}

static bool release(int d)
{
    if (r(300))
        return true;
    for (int h = 0; h < HANDLES; h++) {
        if (!maps[d][h].used)
            continue;
        maps[d][h].used = false;
        let_go(maps[d][h].owner, maps[d][h].ref);
    }
    memset(fake_slots[d], 0, sizeof(fake_slots[d]));
    return grant_domain_release(doms[d]) == 0;
}

static bool paint(int d)
{
    int i = r(PAGES);

    for (int k = 0; k < 8; k++)
        content[d][i][k] = page(d, i)[k] = r(256);
    return true;
}

static bool (*const steps[])(int) = {edit,  edit, map,  map,    map,     unmap, unmap,
                                     unmap, copy, copy, retype, release, paint};

/* [grant.refs] [grant.marked] [grant.record]: everything counted anew from the list of mappings. */
static bool agree(void)
{
    int refs[DOMS * FAKE_FRAMES] = {0}, writable[DOMS * FAKE_FRAMES] = {0};

    for (int d = 0; d < DOMS; d++) {
        bool idle = true;

        for (int h = 0; h < HANDLES; h++) {
            if (!maps[d][h].used)
                continue;
            refs[maps[d][h].frame - FAKE_FIRST]++;
            writable[maps[d][h].frame - FAKE_FIRST] += maps[d][h].write;
        }
        for (int ref = 0; ref < REFS; ref++)
            idle &= !pins(d, ref, -1);
        if (memcmp(shared(d), entries[d], sizeof(entries[d])) ||
            grant_domain_is_idle(doms[d]) != idle)
            return false;
        for (int i = 0; i < PAGES; i++)
            if (memcmp(page(d, i), content[d][i], 8))
                return false;
    }
    return !memcmp(refs, fake_refs, sizeof(refs)) && !memcmp(writable, fake_writable, sizeof(refs));
}

static uint64_t walk(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        int step = r(ARRAY_SIZE(steps));

        if (!steps[step](r(DOMS)) || !agree()) {
            printf("# step %llu, action %d\n", (unsigned long long)i, step);
            return i;
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : MODEL_STEPS;
    char name[80];
    bool gone = true;

    seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 20031019;
    fake_machine(1);
    fake_pages_init();
    for (int i = 0; i < DOMS; i++) {
        doms[i] = fake_domain(i, 1);
        if (grant_domain_init(doms[i], 1, HANDLES))
            return 1;
    }
    snprintf(name, sizeof(name), "%llu random steps as the model says", (unsigned long long)count);
    check(walk(count) == count, name);
    for (int i = 0; i < DOMS; i++)
        gone &= grant_domain_release(doms[i]) == 0;
    for (int i = 0; i < DOMS * FAKE_FRAMES; i++)
        gone &= !fake_refs[i] && !fake_writable[i];
    check(gone, "every reference is given back");
    for (int i = 0; i < DOMS && gone; i++) {
        grant_domain_destroy(doms[i]);
        fake_domain_free(doms[i]);
    }
    check(fake_pages_out == 32, "all pages given back");
    return check_end();
}
