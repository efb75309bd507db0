/* SPDX-License-Identifier: BSD-2-Clause */
/* Choices and answers. See choose.h. */
#include "choose.h"

struct world world;

uint32_t pick(struct source *s, uint32_t below)
{
    return (uint64_t)s->next(s) * below >> 32;
}

bool chance(struct source *s, unsigned percent)
{
    return pick(s, 100) < percent;
}

/* So that tables become valid often enough. */
int role(int f)
{
    static const uint8_t roles[8] = {0, 0, 0, KIND_L1, KIND_L1, KIND_L2, KIND_L3, KIND_L4};

    return roles[f % 8];
}

int frame_with(struct source *s, int d, int wanted)
{
    int f = pick(s, MODEL_FRAMES);

    for (int i = 0; i < MODEL_FRAMES; i++, f = (f + 1) % MODEL_FRAMES)
        if (mf[f].owner == d && role(f) == wanted)
            return f;
    return pick(s, MODEL_FRAMES);
}

int any_frame(struct source *s, int d)
{
    int f = pick(s, MODEL_FRAMES);

    for (int i = 0; i < MODEL_FRAMES && !chance(s, 3); i++, f = (f + 1) % MODEL_FRAMES)
        if (mf[f].owner == d)
            return f;
    return f;
}

uint64_t odd_bits(struct source *s)
{
    static const uint64_t bits[] = {PTE_PWT, PTE_PCD, PTE_PSE, PTE_GLOBAL, PTE_NX, 1ull << 9,
                                    1ull << 58, PTE_GUEST_KERNEL, PTE_A, PTE_D, 1ull << 51};

    return bits[pick(s, ARRAY_SIZE(bits))];
}

uint64_t leaf_for(struct source *s, int owner)
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

uint64_t entry_for(struct source *s, int d, int owner, int level)
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

struct vcpu *caller(struct source *s, int *id)
{
    *id = world.is_dead || chance(s, 60) ? 0 : world.other;
    world.callers[world.depth] = *id;
    return world.domains[*id]->vcpus[pick(s, 2)];
}

unsigned kind_now(int f)
{
    return f < MODEL_FRAMES && mf[f].uses && mf[f].kind <= KIND_L4 ? mf[f].kind : role(f);
}

void compare_answers(unsigned op, bool real, bool model)
{
    if (real != model)
        model_fail("%s: is %s, should be %s", op_counts[op].name, real ? "accepted" : "refused",
                   model ? "accepted" : "refused");
}

uint64_t some_va(struct source *s)
{
    uint64_t va = (uint64_t)pick(s, TABLE_ENTRIES) << 39 | (uint64_t)pick(s, TABLE_ENTRIES) << 30 |
                  (uint64_t)pick(s, TABLE_ENTRIES) << 21 | (uint64_t)pick(s, TABLE_ENTRIES) << 12;

    if (chance(s, 1))
        return HOLE_START + va % (HOLE_END - HOLE_START);
    return va;
}

uint64_t good_va(struct source *s, int d)
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

