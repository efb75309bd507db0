/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations, on mm/ and the model at once. See ops.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "hypercalls.h"
#include "mm/alloc.h"
#include "mm/memory_op.h"
#include "compare.h"
#include "model.h"
#include "ops.h"

/* 0 to 3 device memory, 4 to 11 ours, the rest free at first. Two domains at a time: 0, which owns the
 * devices and may name others, and 1 or 2, which take turns in living. */
#define IO_FRAMES   4
#define OUR_FRAMES  8
#define FIRST_FREE  (IO_FRAMES + OUR_FRAMES)
#define PUBLISHED   4 /* read-only */
#define DOMAIN_PAGES 22

#define HELD 8 /* descriptors and holds in effect at once */

bool ops_without_model;

static struct domain *domains[4];
static int other;    /* the living one of 1 and 2 */
static bool is_dead; /* not even that one lives: it was destroyed between a hypercall and its restart */
static unsigned depth; /* steps within steps */
static int callers[8]; /* the domain that calls, by depth */
static struct {
    int domain, frame;
    bool is_descriptors;
} held[HELD];

static uint32_t pick(struct source *s, uint32_t below)
{
    return (uint64_t)s->next(s) * below >> 32;
}

static bool chance(struct source *s, unsigned percent)
{
    return pick(s, 100) < percent;
}

/* --- Start --- */

static void adopt_ours(void)
{
    for (int f = 0; f < MODEL_FRAMES; f++)
        if (own_domain(frame_of(MFN(f))->own) == DOMID_XEN && mf[f].owner == OWNER_FREE)
            mf[f].owner = OWNER_OURS;
}

static void domain_start(int id)
{
    domains[id] = fake_domain(id, id, DOMAIN_PAGES);
    domains[id]->is_hardware = domains[id]->is_privileged = id == 0;
    md[id] = (struct model_domain){.exists = true, .is_hardware = id == 0, .kernel = -1, .user = -1,
                                   .cpus = 1ull << id, .max_pages = DOMAIN_PAGES};
    adopt_ours();
    for (int i = 0; i < DOMAIN_PAGES - 4; i++) {
        mfn_t m = mm_populate(domains[id], 0, ~0ull, false);

        if (mfn_is_none(m))
            break;
        model_give(id, m.n, 0);
    }
}

void ops_start(void)
{
    memset(domains, 0, sizeof(domains));
    fake_on_flush = model_flush;
    fake_start(MODEL_FRAMES, IO_FRAMES);
    for (int f = 0; f < MODEL_FRAMES; f++) {
        mf[f] = (struct model_frame){
            .owner = f < IO_FRAMES ? OWNER_IO : f < FIRST_FREE ? OWNER_OURS : OWNER_FREE};
        model_m2p[f] = M2P_INVALID;
    }
    memset(mw, 0, sizeof(mw));
    memset(md, 0, sizeof(md));
    memset(held, 0xff, sizeof(held));
    for (int i = 0; i < HELD; i++)
        held[i].domain = -1;
    heap_add(MFN(FIRST_FREE), MODEL_FRAMES - FIRST_FREE);
    frame_publish(MFN(PUBLISHED), false);
    mf[PUBLISHED].refs = 1;
    mf[PUBLISHED].is_allocated = mf[PUBLISHED].is_read_only = true;
    model_denied = MODEL_FRAMES + 1;
    if (!mm_io_permitted(&(struct domain){.is_hardware = true}, MFN(model_denied)))
        ; /* denied by an earlier start */
    else
        mm_deny_io(MFN(model_denied), 1);
    other = 1;
    domain_start(0);
    domain_start(other);
    frame_share(MFN(PUBLISHED + 1), domains[0]);
    mf[PUBLISHED + 1] = (struct model_frame){
        .owner = 0, .refs = 1, .is_allocated = true, .is_shared = true};
    model_m2p[PUBLISHED + 1] = M2P_SHARED;
}

/* --- Choices --- */

/* What a frame is used for by preference, so that tables become valid often enough. */
static int role(int f)
{
    static const uint8_t roles[8] = {0, 0, 0, KIND_L1, KIND_L1, KIND_L2, KIND_L3, KIND_L4};

    return roles[f % 8];
}

static int frame_with(struct source *s, int d, int wanted)
{
    int f = pick(s, MODEL_FRAMES);

    for (int i = 0; i < MODEL_FRAMES; i++, f = (f + 1) % MODEL_FRAMES)
        if (mf[f].owner == d && role(f) == wanted)
            return f;
    return pick(s, MODEL_FRAMES);
}

static int any_frame(struct source *s, int d)
{
    int f = pick(s, MODEL_FRAMES);

    for (int i = 0; i < MODEL_FRAMES && !chance(s, 3); i++, f = (f + 1) % MODEL_FRAMES)
        if (mf[f].owner == d)
            return f;
    return f;
}

static uint64_t odd_bits(struct source *s)
{
    static const uint64_t bits[] = {PTE_PWT, PTE_PCD, PTE_PSE, PTE_GLOBAL, PTE_NX, 1ull << 9,
                                    1ull << 58, PTE_GUEST_KERNEL, PTE_A, PTE_D, 1ull << 51};

    return bits[pick(s, ARRAY_SIZE(bits))];
}

static uint64_t leaf_for(struct source *s, int owner)
{
    unsigned what = pick(s, 100);
    int f = what < 70   ? frame_with(s, owner, 0)
            : what < 90 ? any_frame(s, owner)
            : what < 94 ? (int)pick(s, IO_FRAMES)
            : what < 97 ? MODEL_FRAMES + (int)pick(s, 3)
                        : (int)pick(s, MODEL_FRAMES);
    uint64_t e = (uint64_t)f << 12 | PTE_P;

    if (role(f % MODEL_FRAMES) == 0 ? chance(s, 60) : chance(s, 8))
        e |= PTE_RW;
    if (chance(s, 50))
        e |= PTE_US;
    return e;
}

/* An entry for a table of a level (or of none: then anything). */
static uint64_t entry_for(struct source *s, int d, int owner, int level)
{
    uint64_t e;

    if (chance(s, 22))
        return chance(s, 80) ? 0 : (uint64_t)s->next(s) << 12;
    if (level <= KIND_L1)
        e = leaf_for(s, owner);
    else
        e = (uint64_t)(chance(s, 92) ? frame_with(s, d, level - 1) : any_frame(s, d)) << 12 |
            PTE_P | PTE_RW | PTE_US;
    if (chance(s, 8))
        e |= odd_bits(s);
    return e;
}

/* Who calls: a vCPU of either domain. The first vCPU alone has base tables. */
static struct vcpu *caller(struct source *s, int *id)
{
    *id = is_dead || chance(s, 60) ? 0 : other;
    callers[depth] = *id;
    return domains[*id]->vcpus[pick(s, 2)];
}

static unsigned kind_now(int f)
{
    return f < MODEL_FRAMES && mf[f].uses && mf[f].kind <= KIND_L4 ? mf[f].kind : role(f);
}

static void compare_answers(unsigned op, bool real, bool model)
{
    if (real != model)
        model_fail("%s: is %s, should be %s", op_counts[op].name, real ? "accepted" : "refused",
                   model ? "accepted" : "refused");
}

/* First the hypervisor, then the model, whose checks look at the flushes there were. */
#define agree(op, real, model)                                                                     \
    do {                                                                                           \
        bool answer = (real);                                                                      \
        op_counts[op].accepted += answer;                                                          \
        if (!ops_without_model)                                                                    \
            compare_answers(op, answer, model);                                                    \
    } while (0)

/* --- Operations: each returns through agree() --- */

static mmu_update_t request_for(struct source *s, int d, int owner)
{
    int f = chance(s, 97) ? any_frame(s, d) : (int)pick(s, MODEL_FRAMES);
    unsigned slot = chance(s, 98) ? pick(s, TABLE_ENTRIES) : pick(s, 512);
    uint64_t value = entry_for(s, d, owner, kind_now(f));
    unsigned how = pick(s, 10);

    /* Often a small change of what is there: the fast paths. */
    if (chance(s, 30) && slot < TABLE_ENTRIES)
        value = mw[f][slot] ^ (chance(s, 50) ? PTE_RW : odd_bits(s));
    return (mmu_update_t){.ptr = (uint64_t)f << 12 | slot * 8 | (how < 3 ? MMU_PT_UPDATE_PRESERVE_AD : 0) |
                                 (chance(s, 1) ? 4 : 0),
                          .val = value};
}

static bool model_request(int d, int owner, const mmu_update_t *r)
{
    return model_write(d, owner, r->ptr & ~3ull, r->val, (r->ptr & 3) == MMU_PT_UPDATE_PRESERVE_AD);
}

static void op_update(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    mmu_update_t r = request_for(s, d, d);

    agree(op, !fake_mmu_update(v, &r, 1, NULL, DOMID_SELF), model_request(d, d, &r));
}

static void op_batch(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    mmu_update_t r[8];
    uint32_t n = 1 + pick(s, 8), done = 99, good = 0;

    for (uint32_t i = 0; i < n; i++)
        r[i] = request_for(s, d, d);
    bool real = !fake_mmu_update(v, r, n, &done, DOMID_SELF);
    while (!ops_without_model && good < n && model_request(d, d, &r[good]))
        good++;
    agree(op, real, good == n);
    if (!ops_without_model && done != good)
        model_fail("batch of %u: %u done, should be %u", n, done, good);
}

static void op_foreign_map(struct source *s, unsigned op)
{
    static const int special[] = {OWNER_IO, OWNER_OURS, 3};
    int d = chance(s, 85) ? 0 : other;
    int owner = chance(s, 80) ? other : special[pick(s, 3)];
    mmu_update_t r = request_for(s, d, owner);
    bool may = owner == OWNER_IO || (d == 0 && owner != d && owner != 3); /* itself is DOMID_SELF */

    agree(op, !fake_mmu_update(domains[d]->vcpus[0], &r, 1, NULL, owner),
          may && model_request(d, owner, &r));
}

/* Domain 0 writes to tables of the other. */
static void op_foreign_table(struct source *s, unsigned op)
{
    int d = chance(s, 90) ? 0 : other, whose = d ? 0 : other;
    mmu_update_t r = request_for(s, whose, whose);

    agree(op, !fake_mmu_update(domains[d]->vcpus[0], &r, 1, NULL, (uint32_t)(whose + 1) << 16 | whose),
          d == 0 && model_request(whose, whose, &r));
}

static uint64_t some_va(struct source *s)
{
    uint64_t va = (uint64_t)pick(s, TABLE_ENTRIES) << 39 | (uint64_t)pick(s, TABLE_ENTRIES) << 30 |
                  (uint64_t)pick(s, TABLE_ENTRIES) << 21 | (uint64_t)pick(s, TABLE_ENTRIES) << 12;

    if (chance(s, 1))
        return HOLE_START + va % (HOLE_END - HOLE_START);
    return va;
}

/* An address that is translated as far as level 1, if there is one. */
static uint64_t good_va(struct source *s, int d)
{
    uint64_t va = 0;
    int table = md[d].kernel;

    for (int level = KIND_L4; level > KIND_L1 && table >= 0; level--) {
        unsigned slot = pick(s, TABLE_ENTRIES), i = 0;

        while (i++ < TABLE_ENTRIES &&
               (!(mw[table][slot] & PTE_P) || is_hole_slot(level, slot)))
            slot = (slot + 1) % TABLE_ENTRIES;
        va |= (uint64_t)slot << (3 + 9 * level);
        table = i > TABLE_ENTRIES ? -1 : (int)((mw[table][slot] & PTE_ADDR) >> 12);
    }
    return table < 0 ? some_va(s) : va | (uint64_t)pick(s, TABLE_ENTRIES) << 12;
}

static void op_va(struct source *s, unsigned op)
{
    int d;
    unsigned slot = 0;
    struct vcpu *v = caller(s, &d)->domain->vcpus[0];
    uint64_t va = chance(s, 90) ? good_va(s, d) : some_va(s);
    uint64_t value = entry_for(s, d, d, KIND_L1);
    bool real = !fake_update_va(v, va, value, pick(s, 8));
    int table = ops_without_model ? -1 : model_walk(d, va, &slot);

    agree(op, real, va < 1ull << 47 && table >= 0 && model_l1_write(d, d, table, slot, value, false));
}

static void op_live_write(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    int f = frame_with(s, d, KIND_L1);
    unsigned slot = pick(s, TABLE_ENTRIES);
    uint64_t old = mw[f][slot], value;

    switch (pick(s, 4)) {
    case 0:
        value = 0;
        break;
    case 1:
        value = old & ~PTE_RW;
        break;
    case 2:
        value = old & ~PTE_A;
        break;
    default:
        value = entry_for(s, d, d, KIND_L1);
    }
    if (chance(s, 5))
        old ^= PTE_D;
    agree(op, !fake_ptwr(v, MFN(f), slot, old, value), model_replace(d, f, slot, old, value));
}

static void op_pin(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    int f = chance(s, 90) ? frame_with(s, d, 1 + pick(s, 4)) : (int)pick(s, MODEL_FRAMES + 2);
    int level = chance(s, 90) && role(f) ? role(f) : 1 + (int)pick(s, 4);
    mmuext_op_t ext = {.cmd = MMUEXT_PIN_L1_TABLE + level - 1, .arg1.mfn = f};

    agree(op, !fake_mmuext(v, &ext, 1, NULL, DOMID_SELF), model_pin(d, f, level));
}

static void op_foreign_pin(struct source *s, unsigned op)
{
    int f = frame_with(s, other, 1 + pick(s, 4));
    int level = role(f) ? role(f) : 1;
    bool is_unpin = chance(s, 40);
    mmuext_op_t ext = {.cmd = is_unpin ? MMUEXT_UNPIN_TABLE : MMUEXT_PIN_L1_TABLE + level - 1,
                       .arg1.mfn = f};

    agree(op, !fake_mmuext(domains[0]->vcpus[0], &ext, 1, NULL, other),
          is_unpin ? model_unpin(other, f) : model_pin(other, f, level));
}

static void op_unpin(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    int f = pick(s, MODEL_FRAMES + 2);
    mmuext_op_t ext = {.cmd = MMUEXT_UNPIN_TABLE};

    for (int i = 0; i < MODEL_FRAMES && chance(s, 98); i++, f = (f + 1) % MODEL_FRAMES)
        if (f < MODEL_FRAMES && mf[f].owner == d && mf[f].is_pinned)
            break;
    ext.arg1.mfn = f;
    agree(op, !fake_mmuext(v, &ext, 1, NULL, DOMID_SELF), model_unpin(d, f));
}

static void op_base(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d)->domain->vcpus[0];
    bool is_user = chance(s, 40);
    int f = is_user && chance(s, 30) ? 0 : chance(s, 85) ? frame_with(s, d, KIND_L4) : any_frame(s, d);
    mmuext_op_t ext = {.cmd = is_user ? MMUEXT_NEW_USER_BASEPTR : MMUEXT_NEW_BASEPTR, .arg1.mfn = f};
    if (chance(s, 2)) { /* nobody's, and the number that stands for none inside */
        f = MODEL_FRAMES;
        ext.arg1.mfn = chance(s, 50) ? ~0ul : (uint64_t)s->next(s) << 32;
    }
    bool real = !fake_mmuext(v, &ext, 1, NULL, DOMID_SELF);

    agree(op, real, model_base(d, is_user && !f ? -1 : f, is_user));
    if (real && !is_user && !ops_without_model && fake_cr3 != (uint64_t)f) /* [base.loaded] */
        model_fail("CR3 holds %lx, should hold %x", (unsigned long)fake_cr3, f);
}

/* The guest's own store, where it has a writable mapping. */
static void op_store(struct source *s, unsigned op)
{
    int f = pick(s, MODEL_FRAMES);
    unsigned slot = pick(s, TABLE_ENTRIES);

    if (mf[f].kind != KIND_WRITABLE || !mf[f].uses || mf[f].owner > 3)
        return;
    mw[f][slot] = entry_for(s, mf[f].owner, mf[f].owner, role(f));
    ((uint64_t *)frame_data(MFN(f)))[slot] = mw[f][slot];
    op_counts[op].accepted++;
}

/* The CPU sets A and D in an entry of a valid table. */
static void op_accessed(struct source *s, unsigned op)
{
    int f = pick(s, MODEL_FRAMES);
    unsigned slot = pick(s, TABLE_ENTRIES);

    if (!mf[f].uses || mf[f].kind < KIND_L1 || mf[f].kind > KIND_L4 || !(mw[f][slot] & PTE_P) ||
        is_hole_slot(mf[f].kind, slot))
        return;
    mw[f][slot] |= PTE_A | (mf[f].kind == KIND_L1 && mw[f][slot] & PTE_RW ? PTE_D : 0);
    ((uint64_t *)frame_data(MFN(f)))[slot] |= mw[f][slot] & (PTE_A | PTE_D);
    op_counts[op].accepted++;
}

static void op_populate(struct source *s, unsigned op)
{
    int d, whose;
    struct vcpu *v = caller(s, &d);
    unsigned order = chance(s, 80) ? 0 : pick(s, 4);
    xen_pfn_t list[4] = {100, 200, 300, 400};
    uint64_t n = 1 + pick(s, 3), good = 0;
    struct xen_memory_reservation r = {
        .nr_extents = n, .extent_order = order, .domid = DOMID_SELF,
        .mem_flags = chance(s, 80) ? 0 : 12 + 4 + pick(s, 3)};

    whose = d == 0 && chance(s, 30) ? other : d;
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

static void op_decrease(struct source *s, unsigned op)
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

static void op_exchange(struct source *s, unsigned op)
{
    int d = chance(s, 95) ? 0 : other;
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
    long rc = fake_memory_op(domains[d]->vcpus[0], XENMEM_exchange, &e);
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

static void op_hold(struct source *s, unsigned op)
{
    int d, i = held_slot(s, false);
    bool is_descriptors = chance(s, 50);

    caller(s, &d);
    if (i < 0)
        return;
    int f = chance(s, 90) ? any_frame(s, d) : (int)pick(s, MODEL_FRAMES + 2);
    bool real = is_descriptors ? !mm_descriptors_get(domains[d], MFN(f)) : !mm_hold(domains[d], MFN(f));
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
        mm_descriptors_put(domains[d], MFN(f));
        if (!ops_without_model)
            model_descriptors_put(d, f);
    } else {
        mm_release(domains[d], MFN(f));
        if (!ops_without_model)
            model_release(d, f);
    }
}

static void op_let_go(struct source *s, unsigned op)
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

static void op_descriptor(struct source *s, unsigned op)
{
    int d;
    uint64_t value = chance(s, 95) ? 0x1234 : ~0ull;

    caller(s, &d);
    int f = any_frame(s, d);
    unsigned slot = pick(s, TABLE_ENTRIES);

    agree(op, !mm_descriptor_write(domains[d], (uint64_t)f << 12 | slot * 8, value),
          model_descriptor(d, f, slot, value));
}

static void op_grant_map(struct source *s, unsigned op)
{
    int d = chance(s, 50) ? 0 : other, owner = d ? 0 : other;
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
        agree(op, !mm_unmap_foreign(domains[d]->vcpus[0], at, MFN(m), writable),
              is_l1 && old & PTE_P && !!(old & PTE_RW) == writable &&
                  model_l1_write(d, d, table, slot, 0, false));
        return;
    }
    agree(op, !mm_map_foreign(domains[d]->vcpus[0], at, value, owner),
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

static void op_page(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    bool is_copy = chance(s, 50);
    int to = any_frame(s, d), from = any_frame(s, d);
    mmuext_op_t ext = {.cmd = is_copy ? MMUEXT_COPY_PAGE : MMUEXT_CLEAR_PAGE,
                       .arg1.mfn = to, .arg2.src_mfn = from};

    agree(op, !fake_mmuext(v, &ext, 1, NULL, DOMID_SELF), model_page(d, to, is_copy ? from : -1));
}

static void op_m2p(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    mmu_update_t r = {.ptr = (uint64_t)any_frame(s, d) << 12 | MMU_MACHPHYS_UPDATE, .val = s->next(s)};

    agree(op, !fake_mmu_update(v, &r, 1, NULL, DOMID_SELF), model_m2p_set(d, r.ptr >> 12, r.val));
}

/* Domain 0 drops what it maps of the dead one. */
static void mappings_drop(unsigned op)
{
    for (int f = 0; f < MODEL_FRAMES; f++) {
        for (unsigned slot = 0; slot < TABLE_ENTRIES; slot++) {
            uint64_t e = mw[f][slot], m = pte_mfn(e).n;

            if (mf[f].owner != 0 || mf[f].kind != KIND_L1 || !mf[f].uses || !(e & PTE_P) ||
                m >= MODEL_FRAMES || mf[m].owner != other)
                continue;
            mmu_update_t r = {.ptr = (uint64_t)f << 12 | slot * 8};
            agree(op, !fake_mmu_update(domains[0]->vcpus[0], &r, 1, NULL, DOMID_SELF),
                  model_request(0, 0, &r));
        }
    }
}

/* What is left of the dead one goes; its successor is born. */
static void succeed(unsigned op)
{
    if (ops_without_model) {
        for (int i = 0; i < 2; i++) /* nothing of theirs may be in the middle of something */
            BUG_ON(job_run(vcpu_job(domains[0]->vcpus[i]), domains[0], false));
        model_sync(domains);
    }
    mappings_drop(op);
    if (domains[other]->pages)
        model_fail("a dead domain has %lu pages left", (unsigned long)domains[other]->pages);
    fake_domain_forget(domains[other]);
    domains[other] = NULL;
    for (int f = 0; f < MODEL_FRAMES; f++) /* what mm/ kept for it */
        if (mf[f].owner == OWNER_OURS && own_domain(frame_of(MFN(f))->own) == DOMID_INVALID)
            mf[f].owner = OWNER_FREE;
    other = 3 - other;
    is_dead = false;
    if (ops_without_model)
        model_sync(domains);
    domain_start(other);
}

static void op_destroy(struct source *s, unsigned op)
{
    if (!chance(s, 2) || is_dead)
        return;
    for (unsigned i = 1; i < depth; i++)
        if (callers[i] == other) /* a domain does not die while its vCPU is in a hypercall */
            return;
    for (int i = 0; i < HELD; i++)
        if (held[i].domain == other)
            let_go(i);
    fake_destroy(domains[other]);
    is_dead = true;
    op_counts[op].accepted++;
    if (!ops_without_model) {
        model_destroy(other);
        model_flush(1ull << other);
    }
    if (depth == 1)
        succeed(op);
}

static const struct {
    unsigned weight;
    const char *name;
    void (*run)(struct source *, unsigned op);
} ops[] = {
    {20, "mmu_update", op_update},
    {8, "mmu_update of several", op_batch},
    {6, "mmu_update, foreign frame", op_foreign_map},
    {3, "mmu_update, foreign table", op_foreign_table},
    {10, "update_va_mapping", op_va},
    {10, "live write", op_live_write},
    {12, "pin", op_pin},
    {4, "pin, foreign", op_foreign_pin},
    {5, "unpin", op_unpin},
    {7, "base", op_base},
    {5, "guest store", op_store},
    {3, "accessed and dirty", op_accessed},
    {3, "populate", op_populate},
    {3, "decrease", op_decrease},
    {2, "exchange", op_exchange},
    {3, "hold", op_hold},
    {3, "let go", op_let_go},
    {2, "descriptor write", op_descriptor},
    {4, "grant map, unmap", op_grant_map},
    {2, "page copy, clear", op_page},
    {1, "M2P write", op_m2p},
    {1, "domain death", op_destroy},
};

_Static_assert(ARRAY_SIZE(ops) <= OP_KINDS, "room to count them");

struct op_count op_counts[OP_KINDS];

/* --- Operations between a hypercall and its restart --- */

static struct source *between_source;

static void between(void)
{
    if (depth < 3 && chance(between_source, 50))
        ops_step(between_source);
}

void ops_interleave(struct source *s)
{
    ops_without_model = true;
    between_source = s;
    fake_between = between;
    fake_on_flush = NULL;
}

void ops_step(struct source *s)
{
    static unsigned total;
    unsigned op = 0, n;

    if (!total)
        for (unsigned i = 0; i < ARRAY_SIZE(ops); i++)
            total += ops[i].weight;
    n = pick(s, total);
    while (n >= ops[op].weight)
        n -= ops[op++].weight;
    model_operation = op_counts[op].name = ops[op].name;
    op_counts[op].tried++;
    model_step++;
    model_flushed = 0;
    callers[++depth] = 0;
    if (ops_without_model) {
        model_sync(domains);
        fake_patience = chance(s, 50) ? 1 + pick(s, 5) : 20;
    }
    ops[op].run(s, op);
    if (--depth == 0 && is_dead)
        succeed(op);
}

/* --- Comparing --- */

void ops_compare(void)
{
    if (!ops_without_model)
        model_compare(domains);
}

static void count_held(void)
{
    for (int i = 0; i < HELD; i++)
        if (held[i].domain >= 0)
            mm_audit_count(MFN(held[i].frame), 1, 1);
}

void ops_audit(void)
{
    static bool is_source;

    if (!is_source)
        mm_audit_source(count_held);
    is_source = true;
    int wrong = mm_audit();
    if (wrong > 0)
        model_fail("the audit finds %d wrong frames", wrong);
}
