/* SPDX-License-Identifier: BSD-2-Clause */
/* The model of mm/. See model.h. */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define P       0x001ull
#define RW      0x002ull
#define US      0x004ull
#define PWT     0x008ull
#define PCD     0x010ull
#define ACC     0x020ull
#define DIRTY   0x040ull
#define PAT     0x080ull
#define GLOBAL  0x100ull
#define KERNEL  (1ull << 52)
#define ADDRESS 0x000ffffffffff000ull
#define HOLE    0x00000000dead0063ull

/* The hypervisor's slots of a level-4 table, by the ABI; smaller tables have one. */
#define HOLE_FIRST (TABLE_ENTRIES == 512 ? 256 : TABLE_ENTRIES - 1)
#define HOLE_LAST  (TABLE_ENTRIES == 512 ? 271 : TABLE_ENTRIES - 1)

#ifndef FRAME_COUNT_BITS
#define FRAME_COUNT_BITS 31
#endif
#define LIMIT ((1ull << FRAME_COUNT_BITS) - 1)

struct model_frame mf[MODEL_FRAMES];
struct model_domain md[4];
uint64_t mw[MODEL_FRAMES][TABLE_ENTRIES];
uint64_t model_m2p[MODEL_FRAMES];
uint64_t model_denied, model_step, model_flushed;
const char *model_operation = "start";

void model_fail(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    printf("# step %lu, %s: ", (unsigned long)model_step, model_operation);
    vprintf(fmt, ap);
    puts("");
    va_end(ap);
    fflush(stdout);
    abort();
}

void model_flush(uint64_t cpus)
{
    model_flushed |= cpus;
    for (int f = 0; f < MODEL_FRAMES; f++) {
        mf[f].stale &= ~cpus;
        mf[f].stale_write &= ~cpus;
        mf[f].stale_table &= ~cpus;
    }
}

static uint64_t number(uint64_t e)
{
    return (e & ADDRESS) >> 12;
}

static bool is_hole(int level, unsigned slot)
{
    return level == KIND_L4 && slot >= HOLE_FIRST && slot <= HOLE_LAST;
}

static bool ref(int f, int owner)
{
    if (mf[f].owner != owner || mf[f].refs == 0 || mf[f].refs == LIMIT)
        return false;
    mf[f].refs++;
    return true;
}

static void free_frame(int f)
{
    mf[f] = (struct model_frame){.owner = OWNER_FREE};
    model_m2p[f] = ~0ull;
    for (int i = 0; i < TABLE_ENTRIES; i++)
        mw[f][i] = 0;
}

static void unref(int f)
{
    if (!mf[f].refs)
        model_fail("model: reference of frame %d goes below 0", f);
    if (--mf[f].refs)
        return;
    if (mf[f].owner < 4 && !mf[f].is_shared)
        md[mf[f].owner].pages--;
    if (mf[f].is_allocated || mf[f].uses)
        model_fail("model: frame %d goes while it is in use", f);
    free_frame(f);
}

static bool can_write(int f)
{
    if (mf[f].is_read_only || (mf[f].uses && mf[f].kind != KIND_WRITABLE) || mf[f].uses == LIMIT)
        return false;
    return true;
}

static void write_get(int f)
{
    if (!mf[f].uses && mf[f].stale_table && mf[f].stale_step != model_step)
        model_fail("frame %d becomes writable while CPUs %lx may use it as a table", f,
                   (unsigned long)mf[f].stale_table); /* [type.flushed] */
    mf[f].stale_table = 0;
    mf[f].kind = KIND_WRITABLE;
    mf[f].uses++;
}

static bool is_device(uint64_t m)
{
    return m >= MODEL_FRAMES || mf[m].owner == OWNER_IO;
}

static bool device_entry(int d, int owner, uint64_t *e)
{
    uint64_t m = number(*e);

    if (m >= 1ull << 36 || (owner != d && owner != OWNER_IO))
        return false;
    if (!md[d].is_hardware || m == model_denied)
        return false;
    unsigned attribute = !!(*e & PAT) << 2 | !!(*e & PCD) << 1 | !!(*e & PWT);
    static const uint64_t becomes[8] = {PCD | PWT, PCD | PWT, PCD, PCD | PWT,
                                        PAT, PAT | PCD | PWT, PAT | PCD, PAT | PCD | PWT};
    *e = (*e & ~(PAT | PCD | PWT)) | becomes[attribute];
    return true;
}

static bool leaf_get(int d, int owner, uint64_t *e)
{
    uint64_t m = number(*e);

    if (!(*e & US))
        *e |= US | KERNEL;
    if (is_device(m))
        return device_entry(d, owner, e);
    if (owner == OWNER_IO || !ref(m, owner))
        return false;
    *e &= ~(PWT | PCD | PAT);
    if (*e & RW) {
        if (!can_write(m)) {
            mf[m].refs--;
            return false;
        }
        write_get(m);
    }
    return true;
}

static void leaf_put(int d, uint64_t e)
{
    uint64_t m = number(e);

    if (is_device(m))
        return;
    if (mf[m].owner != d) {
        if (!(model_flushed & md[d].cpus)) /* [entry.foreign] */
            model_fail("frame %d of another domain is unmapped without a flush", (int)m);
    } else {
        mf[m].stale |= md[d].cpus;
        if (e & RW)
            mf[m].stale_write |= md[d].cpus;
        mf[m].stale_step = model_step;
    }
    if (e & RW)
        mf[m].uses--;
    unref(m);
}

static bool upper_flags(int level, uint64_t *e)
{
    if (*e & (PWT | PCD | PAT | GLOBAL) || number(*e) >= MODEL_FRAMES)
        return false;
    *e |= level == KIND_L4 ? US | ACC : US;
    return true;
}

/* A table that is refused half-way has been begun: the entry that names it has its flags corrected. */
static bool was_begun;

static bool table_get(int d, uint64_t f, int level);
static void table_put(int f);

static bool entry_get(int d, int level, uint64_t *e)
{
    was_begun = false;
    if (level == KIND_L1)
        return leaf_get(d, d, e);
    return upper_flags(level, e) && table_get(d, number(*e), level - 1);
}

static void entries_put(int d, int level, int f, unsigned end)
{
    while (end--) {
        uint64_t e = mw[f][end];

        if (!(e & P) || is_hole(level, end))
            continue;
        if (level == KIND_L1)
            leaf_put(d, e);
        else
            table_put(number(e));
    }
    for (unsigned slot = HOLE_FIRST; level == KIND_L4 && slot <= HOLE_LAST; slot++)
        mw[f][slot] = 0;
    mf[f].stale_table = md[d].cpus;
    mf[f].stale_step = model_step;
}

static void no_stale_writer(int f)
{
    if (mf[f].stale_write && mf[f].stale_step != model_step)
        model_fail("frame %d becomes a table while CPUs %lx may write it", f,
                   (unsigned long)mf[f].stale_write); /* [type.flushed] */
    mf[f].stale_write = 0;
}

static bool table_get(int d, uint64_t f, int level)
{
    if (f >= MODEL_FRAMES || !ref(f, d))
        return false;
    if (mf[f].uses) {
        if (mf[f].kind != level || mf[f].uses == LIMIT) {
            mf[f].refs--;
            return false;
        }
        mf[f].uses++;
        return true;
    }
    no_stale_writer(f);
    mf[f].kind = level;
    mf[f].uses = 1;
    for (unsigned slot = 0; slot < TABLE_ENTRIES; slot++) {
        uint64_t e = mw[f][slot];

        if (!(e & P) || is_hole(level, slot))
            continue;
        if (!entry_get(d, level, &e)) {
            if (was_begun)
                mw[f][slot] = e;
            was_begun = true;
            entries_put(d, level, f, slot);
            mf[f].uses = 0;
            mf[f].refs--;
            return false;
        }
        mw[f][slot] = e;
    }
    for (unsigned slot = HOLE_FIRST; level == KIND_L4 && slot <= HOLE_LAST; slot++)
        mw[f][slot] = HOLE;
    return true;
}

static void table_put(int f)
{
    if (--mf[f].uses == 0)
        entries_put(mf[f].owner, mf[f].kind, f, TABLE_ENTRIES);
    unref(f);
}

static void store(int f, unsigned slot, uint64_t value, bool keep_ad)
{
    if (keep_ad && mw[f][slot] & P)
        value |= mw[f][slot] & (ACC | DIRTY);
    mw[f][slot] = value;
}

bool model_l1_write(int d, int owner, int table, unsigned slot, uint64_t new, bool keep_ad)
{
    uint64_t old = mw[table][slot];

    if (new & P && !(new & US))
        new |= US | KERNEL;
    if (new & old & P) {
        uint64_t differs = (new ^ old) & (ADDRESS | RW | PWT | PCD | PAT);
        uint64_t m = number(new);

        if (!differs) {
            store(table, slot, new, keep_ad);
            return true;
        }
        /* The frame stays, and so does its reference; the writable use comes or goes. */
        if (differs == RW && owner == d && !is_device(m) && mf[m].owner == d) {
            if (new & RW && !can_write(m))
                return false;
            if (new & RW)
                write_get(m);
            store(table, slot, new, keep_ad);
            if (!(new & RW)) {
                mf[m].uses--;
                mf[m].stale_write |= md[d].cpus;
                mf[m].stale_step = model_step;
            }
            return true;
        }
    }
    if (new & P && !leaf_get(d, owner, &new))
        return false;
    store(table, slot, new, keep_ad);
    if (old & P)
        leaf_put(d, old);
    return true;
}

static bool upper_write(int d, int owner, int table, unsigned slot, uint64_t new, bool keep_ad)
{
    int level = mf[table].kind;
    uint64_t old = mw[table][slot];
    bool same = new & old & P && number(new) == number(old);

    if (is_hole(level, slot) || owner != d)
        return false;
    if (new & P && !upper_flags(level, &new))
        return false;
    if (new & P && !same && !table_get(d, number(new), level - 1))
        return false;
    store(table, slot, new, keep_ad);
    if (old & P && !(model_flushed & md[d].cpus))
        model_fail("entry %u of table %d is replaced without a flush", slot, table);
    if (old & P && !same)
        table_put(number(old));
    return true;
}

bool model_write(int d, int owner, uint64_t address, uint64_t value, bool keep_ad)
{
    uint64_t f = address >> 12;
    unsigned slot = (address & 0xfff) / 8;

    if (address & 7 || f >= MODEL_FRAMES || mf[f].owner != d)
        return false;
    if (!mf[f].uses || mf[f].kind == KIND_WRITABLE) {
        if (!can_write(f))
            return false;
        write_get(f);
        mf[f].uses--;
        if (slot < TABLE_ENTRIES)
            mw[f][slot] = value;
        return true;
    }
    if (mf[f].kind == KIND_SEG || slot >= TABLE_ENTRIES)
        return false;
    if (mf[f].kind == KIND_L1)
        return model_l1_write(d, owner, f, slot, value, keep_ad);
    return upper_write(d, owner, f, slot, value, keep_ad);
}

bool model_replace(int d, int table, unsigned slot, uint64_t old, uint64_t value)
{
    if (table >= MODEL_FRAMES || mf[table].owner != d || mf[table].kind != KIND_L1 ||
        !mf[table].uses || mw[table][slot] != old)
        return false;
    return model_l1_write(d, d, table, slot, value, false);
}

int model_walk(int d, uint64_t va, unsigned *slot)
{
    int table = md[d].kernel;

    for (int level = KIND_L4; table >= 0; level--) {
        unsigned i = va >> (3 + 9 * level) & 511;

        if (i >= TABLE_ENTRIES || is_hole(level, i))
            return -1;
        *slot = i;
        if (level == KIND_L1)
            return table;
        if (!(mw[table][i] & P))
            return -1;
        table = number(mw[table][i]);
    }
    return -1;
}

bool model_pin(int d, int f, int level)
{
    if (!table_get(d, f, level))
        return false;
    if (mf[f].is_pinned) {
        table_put(f);
        return false;
    }
    mf[f].is_pinned = true;
    return true;
}

bool model_unpin(int d, int f)
{
    if (f >= MODEL_FRAMES || mf[f].owner != d || !mf[f].is_pinned)
        return false;
    mf[f].is_pinned = false;
    table_put(f);
    return true;
}

bool model_base(int d, int f, bool is_user)
{
    int *base = is_user ? &md[d].user : &md[d].kernel, old = *base;

    if (old == f)
        return true;
    if (f >= 0 && !table_get(d, f, KIND_L4))
        return false;
    *base = f;
    if (old >= 0)
        table_put(old);
    return true;
}

bool model_descriptors_get(int d, int f)
{
    if (f >= MODEL_FRAMES || !ref(f, d))
        return false;
    if (mf[f].uses ? mf[f].kind != KIND_SEG || mf[f].uses == LIMIT : false) {
        mf[f].refs--;
        return false;
    }
    if (!mf[f].uses) {
        no_stale_writer(f);
        mf[f].kind = KIND_SEG;
        for (int i = 0; i < TABLE_ENTRIES; i++)
            if (mw[f][i] == ~0ull) {
                mf[f].refs--;
                return false;
            }
    }
    mf[f].uses++;
    return true;
}

void model_descriptors_put(int d, int f)
{
    mf[f].uses--;
    unref(f);
}

bool model_ref(int d, int f)
{
    return f < MODEL_FRAMES && ref(f, d);
}

void model_unref(int f)
{
    unref(f);
}

bool model_hold(int d, int f)
{
    if (f >= MODEL_FRAMES || !ref(f, d))
        return false;
    if (!can_write(f)) {
        mf[f].refs--;
        return false;
    }
    write_get(f);
    return true;
}

void model_release(int d, int f)
{
    mf[f].uses--;
    unref(f);
}

bool model_can_take(int d, int f)
{
    return f < MODEL_FRAMES && mf[f].owner == d && mf[f].is_allocated && !mf[f].is_shared &&
           mf[f].refs == 1;
}

void model_take(int d, int f)
{
    if (mf[f].stale)
        model_fail("frame %d leaves its domain while CPUs %lx may map it", f,
                   (unsigned long)mf[f].stale); /* [frame.flushed] */
    mf[f] = (struct model_frame){.owner = OWNER_OURS};
    md[d].pages--;
}

bool model_can_alloc(unsigned order, uint64_t below)
{
    for (uint64_t first = 0; first + (1ull << order) <= MODEL_FRAMES; first += 1ull << order) {
        uint64_t n = 0;

        while (n < 1ull << order && mf[first + n].owner == OWNER_FREE)
            n++;
        if (n == 1ull << order && first + n <= below)
            return true;
    }
    return false;
}

void model_give(int d, int f, unsigned order)
{
    for (int i = f; i < f + (1 << order); i++) {
        if (mf[i].owner != OWNER_FREE && mf[i].owner != OWNER_OURS)
            model_fail("frame %d is handed out and belongs to %x", i, mf[i].owner);
        free_frame(i);
        mf[i].owner = d;
        mf[i].refs = 1;
        mf[i].is_allocated = true;
        md[d].pages++;
    }
}

void model_destroy(int d)
{
    model_flushed |= md[d].cpus; /* it does not run any more */
    if (md[d].kernel >= 0)
        model_base(d, -1, false);
    if (md[d].user >= 0)
        model_base(d, -1, true);
    for (int f = 0; f < MODEL_FRAMES; f++)
        model_unpin(d, f);
    for (int f = 0; f < MODEL_FRAMES; f++) {
        if (mf[f].owner != d || !mf[f].is_allocated || mf[f].is_shared)
            continue;
        mf[f].is_allocated = false;
        mf[f].stale = mf[f].stale_write = mf[f].stale_table = 0;
        unref(f);
    }
}

bool model_m2p_set(int owner, uint64_t f, uint64_t pfn)
{
    if (f >= MODEL_FRAMES || mf[f].owner != owner || owner >= 0x7ff0)
        return false;
    model_m2p[f] = pfn;
    return true;
}
