/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on page tables: entries written, tables pinned and loaded, and what processor and guest write
 * by themselves. */
#include "choose.h"
#include "kinds.h"

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

bool model_request(int d, int owner, const mmu_update_t *r)
{
    return model_write(d, owner, r->ptr & ~3ull, r->val, (r->ptr & 3) == MMU_PT_UPDATE_PRESERVE_AD);
}

void op_update(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    mmu_update_t r = request_for(s, d, d);

    agree(op, !fake_mmu_update(v, &r, 1, NULL, DOMID_SELF), model_request(d, d, &r));
}

/* One after the other in a table, as mprotect sends them; now and then one that is no such thing. */
static void protections_for(struct source *s, int d, mmu_update_t *r, uint32_t n)
{
    uint64_t f = frame_with(s, d, KIND_L1);
    unsigned slot = pick(s, TABLE_ENTRIES);
    uint64_t flips = chance(s, 70) ? PTE_RW : odd_bits(s);

    for (uint32_t i = 0; i < n; i++, slot = (slot + 1) % TABLE_ENTRIES)
        r[i] = chance(s, 10) ? request_for(s, d, d)
                             : (mmu_update_t){.ptr = f << 12 | slot * 8 | MMU_PT_UPDATE_PRESERVE_AD,
                                              .val = mw[f][slot] ^ flips};
}

void op_batch(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    mmu_update_t r[8];
    uint32_t n = 1 + pick(s, 8), done = 99, good = 0;

    for (uint32_t i = 0; i < n; i++)
        r[i] = request_for(s, d, d);
    if (chance(s, 50))
        protections_for(s, d, r, n);
    bool real = !fake_mmu_update(v, r, n, &done, DOMID_SELF);
    while (!ops_without_model && good < n && model_request(d, d, &r[good]))
        good++;
    agree(op, real, good == n);
    if (!ops_without_model && done != good)
        model_fail("batch of %u: %u done, should be %u", n, done, good);
}

void op_foreign_map(struct source *s, unsigned op)
{
    static const int special[] = {OWNER_IO, OWNER_OURS, 3};
    int d = chance(s, 85) ? 0 : world.other;
    int owner = chance(s, 80) ? world.other : special[pick(s, 3)];
    mmu_update_t r = request_for(s, d, owner);
    bool may = owner == OWNER_IO || (d == 0 && owner != d && owner != 3); /* itself is DOMID_SELF */

    agree(op, !fake_mmu_update(world.domains[d]->vcpus[0], &r, 1, NULL, owner),
          may && model_request(d, owner, &r));
}

/* Domain 0 writes to tables of the other. */
void op_foreign_table(struct source *s, unsigned op)
{
    int d = chance(s, 90) ? 0 : world.other, whose = d ? 0 : world.other;
    mmu_update_t r = request_for(s, whose, whose);

    agree(op, !fake_mmu_update(world.domains[d]->vcpus[0], &r, 1, NULL, (uint32_t)(whose + 1) << 16 | whose),
          d == 0 && model_request(whose, whose, &r));
}

void op_va(struct source *s, unsigned op)
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

void op_live_write(struct source *s, unsigned op)
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

void op_pin(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    int f = chance(s, 90) ? frame_with(s, d, 1 + pick(s, 4)) : (int)pick(s, MODEL_FRAMES + 2);
    int level = chance(s, 90) && role(f) ? role(f) : 1 + (int)pick(s, 4);
    mmuext_op_t ext = {.cmd = MMUEXT_PIN_L1_TABLE + level - 1, .arg1.mfn = f};

    agree(op, !fake_mmuext(v, &ext, 1, NULL, DOMID_SELF), model_pin(d, f, level));
}

void op_foreign_pin(struct source *s, unsigned op)
{
    int f = frame_with(s, world.other, 1 + pick(s, 4));
    int level = role(f) ? role(f) : 1;
    bool is_unpin = chance(s, 40);
    mmuext_op_t ext = {.cmd = is_unpin ? MMUEXT_UNPIN_TABLE : MMUEXT_PIN_L1_TABLE + level - 1,
                       .arg1.mfn = f};

    agree(op, !fake_mmuext(world.domains[0]->vcpus[0], &ext, 1, NULL, world.other),
          is_unpin ? model_unpin(world.other, f) : model_pin(world.other, f, level));
}

void op_unpin(struct source *s, unsigned op)
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

void op_base(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d)->domain->vcpus[0];
    bool is_user = chance(s, 40);
    int f = is_user && chance(s, 30) ? 0 : chance(s, 85) ? frame_with(s, d, KIND_L4) : any_frame(s, d);
    mmuext_op_t ext = {.cmd = is_user ? MMUEXT_NEW_USER_BASEPTR : MMUEXT_NEW_BASEPTR, .arg1.mfn = f};
    if (chance(s, 2)) { /* nobody's, and the number that stands for none inside */
        f = MODEL_FRAMES;
        ext.arg1.mfn = chance(s, 50) ? ~0ul : (uint64_t)(s->next(s) | 1) << 32;
    }
    bool real = !fake_mmuext(v, &ext, 1, NULL, DOMID_SELF);

    agree(op, real, model_base(d, is_user && !f ? -1 : f, is_user));
    if (real && !is_user && !ops_without_model && fake_cr3 != (uint64_t)f) /* [base.loaded] */
        model_fail("CR3 holds %lx, should hold %x", (unsigned long)fake_cr3, f);
}

/* Both bases in one list, as a context switch sends them. */
void op_base_pair(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d)->domain->vcpus[0];
    int kernel = chance(s, 85) ? frame_with(s, d, KIND_L4) : any_frame(s, d);
    int user = chance(s, 85) ? frame_with(s, d, KIND_L4) : chance(s, 50) ? 0 : any_frame(s, d);
    mmuext_op_t ext[2] = {{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = kernel},
                          {.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = user}};
    bool real = !fake_mmuext(v, ext, 2, NULL, DOMID_SELF);

    agree(op, real, model_base(d, kernel, false) && model_base(d, user ? user : -1, true));
    if (real && !ops_without_model && fake_cr3 != (uint64_t)kernel) /* [base.loaded] */
        model_fail("CR3 holds %lx, should hold %x", (unsigned long)fake_cr3, kernel);
}

/* The guest's own store, where it has a writable mapping. */
void op_store(struct source *s, unsigned op)
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
void op_accessed(struct source *s, unsigned op)
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

void op_m2p(struct source *s, unsigned op)
{
    int d;
    struct vcpu *v = caller(s, &d);
    mmu_update_t r = {.ptr = (uint64_t)any_frame(s, d) << 12 | MMU_MACHPHYS_UPDATE, .val = s->next(s)};

    agree(op, !fake_mmu_update(v, &r, 1, NULL, DOMID_SELF), model_m2p_set(d, r.ptr >> 12, r.val));
}

