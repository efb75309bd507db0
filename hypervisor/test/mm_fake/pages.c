/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on frames: given, taken back, exchanged, held, granted, copied. */
#include <string.h>

#include "choose.h"
#include "kinds.h"
#include "mm/alloc.h"
#include "mm/memory_op.h"

#define HELD 8 /* descriptors and holds in effect at once */

static struct {
    int domain, frame;
    bool is_descriptors;
} held[HELD];

void op_populate(struct source *s, unsigned op)
{
    int d, whose;
    struct vcpu *v = caller(s, &d);
    unsigned order = chance(s, 80) ? 0 : pick(s, 4);
    xen_pfn_t list[4] = {100, 200, 300, 400};
    uint64_t n = 1 + pick(s, 3), good = 0;
    struct xen_memory_reservation r = {
        .nr_extents = n, .extent_order = order, .domid = DOMID_SELF,
        .mem_flags = chance(s, 80) ? 0 : 12 + 4 + pick(s, 3)};

    whose = d == 0 && chance(s, 30) ? world.other : d;
    if (whose != d)
        r.domid = whose;
    set_xen_guest_handle(r.extent_start, list);
    uint64_t below = memory_limit(r.mem_flags);
    long rc = fake_memory_op(v, XENMEM_populate_physmap, &r);
    for (; !ops_without_model && good < n; good++) {
        uint64_t m = list[good];

        if (md[whose].pages + (1u << order) > DOMAIN_PAGES || !model_can_alloc(order, below))
            break;
        if ((long)good >= rc)
            model_fail("populate: %ld extents, another was possible", rc);
        if (m % (1ull << order) || m + (1ull << order) > MIN(below, MODEL_FRAMES))
            model_fail("populate: frame %lx is not as asked", (unsigned long)m);
        model_give(whose, m, order);
        for (unsigned i = 0; i < 1u << order; i++)
            model_m2p[m + i] = 100 * (good + 1) + i;
    }
    agree(op, rc > 0, good > 0);
    if (!ops_without_model && rc != (long)good)
        model_fail("populate: %ld extents, should be %lu", rc, (unsigned long)good);
}

void op_decrease(struct source *s, unsigned op)
{
    int d, f;
    struct vcpu *v = caller(s, &d);
    xen_pfn_t list[1];
    struct xen_memory_reservation r = {
        .nr_extents = 1, .extent_order = chance(s, 90) ? 0 : pick(s, 3), .domid = DOMID_SELF};
    unsigned n = 0, size = 1u << r.extent_order;

    f = any_frame(s, d);
    for (int i = 0; i < MODEL_FRAMES && chance(s, 98); i++, f = (f + 1) % MODEL_FRAMES)
        if (model_can_take(d, f))
            break;
    list[0] = f;
    set_xen_guest_handle(r.extent_start, list);
    bool real = fake_memory_op(v, XENMEM_decrease_reservation, &r) == 1;
    while (!ops_without_model && n < size && model_can_take(d, f + n)) {
        model_take(d, f + n);
        mf[f + n].owner = OWNER_FREE;
        model_m2p[f + n] = M2P_INVALID;
        memset(mw[f + n], 0, sizeof(mw[0]));
        n++;
    }
    agree(op, real, n == size);
}

/* Two single frames for one extent of two, or the other way round. */
static bool model_exchange(int d, const xen_pfn_t *in, unsigned in_n, unsigned in_order, const xen_pfn_t *out,
                           unsigned out_n, unsigned out_order, const uint64_t *pfn)
{
    int frames[2] = {in[0], in_n == 2 ? in[1] : in[0] + 1};
    bool stay = in_order == out_order || frames[0] + 1 == frames[1];

    if (out_order == 1 && frames[0] % 2)
        stay = false;
    if (out_order == 0)
        stay = true; /* single frames always lie well */
    for (int i = 0; i < 2; i++)
        if (!model_can_take(d, frames[i]))
            return false;
    if (frames[0] == frames[1] || !model_can_alloc(0, ~0ull))
        return false;
    if (!stay)
        for (int i = 0; i < 2; i++)
            model_take(d, frames[i]);
    for (unsigned i = 0; i < out_n; i++) {
        if (!stay)
            model_give(d, out[i], out_order);
        for (unsigned k = 0; k < 1u << out_order; k++)
            model_m2p[out[i] + k] = pfn[i] + k;
    }
    for (int i = 0; i < 2; i++) {
        if (stay)
            continue;
        mf[frames[i]].owner = OWNER_FREE;
        model_m2p[frames[i]] = M2P_INVALID;
        memset(mw[frames[i]], 0, sizeof(mw[0]));
    }
    return true;
}

void op_exchange(struct source *s, unsigned op)
{
    int d = chance(s, 95) ? 0 : world.other;
    bool join = chance(s, 60);
    xen_pfn_t in[2], out[2] = {500, 600};
    uint64_t pfn[2] = {500, 600};
    struct xen_memory_exchange e = {
        .in = {.nr_extents = join ? 2 : 1, .extent_order = !join, .domid = DOMID_SELF},
        .out = {.nr_extents = join ? 1 : 2, .extent_order = join, .domid = DOMID_SELF}};

    in[0] = any_frame(s, d) & ~(chance(s, 50) ? 1 : 0);
    in[1] = chance(s, 50) ? in[0] + 1 : (xen_pfn_t)any_frame(s, d);
    set_xen_guest_handle(e.in.extent_start, in);
    set_xen_guest_handle(e.out.extent_start, out);
    if (!ops_without_model && join && !model_can_alloc(1, ~0ull))
        return; /* whether there is room depends on scratch memory */
    long rc = fake_memory_op(world.domains[d]->vcpus[0], XENMEM_exchange, &e);
    if (ops_without_model) {
        op_counts[op].accepted += !rc;
        return;
    }
    if (join && rc == -ENOMEM) /* the scratch page was half of the last pair */
        return;
    agree(op, !rc, d == 0 && model_exchange(d, in, join ? 2 : 1, !join, out, join ? 1 : 2, join, pfn));
    if (e.nr_exchanged != (rc ? 0 : e.in.nr_extents))
        model_fail("exchange: %ld, %lu done", rc, (unsigned long)e.nr_exchanged);
}

static int held_slot(struct source *s, bool is_taken)
{
    int i = pick(s, HELD);

    return (held[i].domain >= 0) == is_taken ? i : -1;
}

void op_hold(struct source *s, unsigned op)
{
    int d, i = held_slot(s, false);
    bool is_descriptors = chance(s, 50);

    caller(s, &d);
    if (i < 0)
        return;
    int f = chance(s, 90) ? any_frame(s, d) : (int)pick(s, MODEL_FRAMES + 2);
    bool real = is_descriptors ? !mm_descriptors_get(world.domains[d], MFN(f)) : !mm_hold(world.domains[d], MFN(f));
    agree(op, real, is_descriptors ? model_descriptors_get(d, f) : model_hold(d, f));
    if (!real)
        return;
    held[i].domain = d;
    held[i].frame = f;
    held[i].is_descriptors = is_descriptors;
}

static void let_go(int i)
{
    int d = held[i].domain, f = held[i].frame;

    held[i].domain = -1;
    if (held[i].is_descriptors) {
        mm_descriptors_put(world.domains[d], MFN(f));
        if (!ops_without_model)
            model_descriptors_put(d, f);
    } else {
        mm_release(world.domains[d], MFN(f));
        if (!ops_without_model)
            model_release(d, f);
    }
}

void op_let_go(struct source *s, unsigned op)
{
    int i = held_slot(s, true);

    if (i < 0)
        return;
    let_go(i);
    op_counts[op].accepted++;
}

static bool model_descriptor(int d, int f, unsigned slot, uint64_t value)
{
    bool good = model_ref(d, f);

    if (!good)
        return false;
    if (mf[f].uses && mf[f].kind >= KIND_L1 && mf[f].kind <= KIND_L4)
        good = false;
    else if (!mf[f].uses || mf[f].kind != KIND_SEG)
        good = model_write(d, d, (uint64_t)f << 12 | slot * 8, value, false);
    else
        mw[f][slot] = value;
    model_unref(f);
    return good;
}

void op_descriptor(struct source *s, unsigned op)
{
    int d;
    uint64_t value = chance(s, 95) ? 0x1234 : ~0ull;

    caller(s, &d);
    int f = any_frame(s, d);
    unsigned slot = pick(s, TABLE_ENTRIES);

    agree(op, !mm_descriptor_write(world.domains[d], (uint64_t)f << 12 | slot * 8, value),
          model_descriptor(d, f, slot, value));
}

void op_grant_map(struct source *s, unsigned op)
{
    int d = chance(s, 50) ? 0 : world.other, owner = d ? 0 : world.other;
    int table = frame_with(s, d, KIND_L1);
    unsigned slot = pick(s, TABLE_ENTRIES);
    uint64_t value = leaf_for(s, owner), m = pte_mfn(value).n;
    struct entry_place at = {.address = (uint64_t)table << 12 | slot * 8};
    bool is_l1 = mf[table].owner == d && mf[table].kind == KIND_L1 && mf[table].uses;
    bool is_ram = m < MODEL_FRAMES && mf[m].owner != OWNER_IO;

    if (chance(s, 50)) {
        bool writable = chance(s, 50);
        uint64_t old = mw[table][slot];

        m = pte_mfn(old).n;
        agree(op, !mm_unmap_foreign(world.domains[d]->vcpus[0], at, MFN(m), writable),
              is_l1 && old & PTE_P && !!(old & PTE_RW) == writable &&
                  model_l1_write(d, d, table, slot, 0, false));
        return;
    }
    agree(op, !mm_map_foreign(world.domains[d]->vcpus[0], at, value, owner),
          is_l1 && is_ram && model_l1_write(d, owner, table, slot, value, false));
}

static bool model_page(int d, int to, int from)
{
    if (from >= 0 && !model_ref(d, from))
        return false;
    bool good = model_hold(d, to);
    if (good) {
        if (from >= 0)
            memmove(mw[to], mw[from], sizeof(mw[0]));
        else
            memset(mw[to], 0, sizeof(mw[0]));
        model_release(d, to);
    }
    if (from >= 0)
        model_unref(from);
    return good;
}

void op_page(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    bool is_copy = chance(s, 50);
    int to = any_frame(s, d), from = any_frame(s, d);
    mmuext_op_t ext = {.cmd = is_copy ? MMUEXT_COPY_PAGE : MMUEXT_CLEAR_PAGE,
                       .arg1.mfn = to, .arg2.src_mfn = from};

    agree(op, !fake_mmuext(v, &ext, 1, NULL, DOMID_SELF), model_page(d, to, is_copy ? from : -1));
}

void held_start(void)
{
    for (int i = 0; i < HELD; i++)
        held[i].domain = -1;
}

void held_drop(int d)
{
    for (int i = 0; i < HELD; i++)
        if (held[i].domain == d)
            let_go(i);
}

void count_held(void)
{
    for (int i = 0; i < HELD; i++)
        if (held[i].domain >= 0)
            mm_audit_count(MFN(held[i].frame), 1, 1);
}

