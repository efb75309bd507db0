/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every operation in every state near a few starting states: five frames of one domain, tables of two
 * entries, counters that stop at 3.
 *
 * usage: test_mm_exhaustive [transitions]
 * Breadth first. A state is what the records, the tables and the bases hold; the model is set to it, the
 * operation is done by both, all frames are compared. Proves [type.one] [frame.one-use] [entry.audited]
 * [entry.recomputed] [frame.saturate] [job.undo].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm_fake/compare.h"
#include "mm_fake/fake.h"
#include "mm_fake/model.h"
#include "mm/alloc.h"

#define K     5 /* the domain's frames, from FIRST on */
#define FIRST 1
#define SLOTS 2

_Static_assert(TABLE_ENTRIES == SLOTS, "small scope");

struct state {
    uint16_t word[K][SLOTS];
    uint8_t use[K], count[K], refs[K];
    int8_t kernel, user;
    uint8_t seg; /* descriptor references the test holds, 2 bits would do */
};

static struct domain *domains[4];
static struct vcpu *v;
static int seg_frame; /* which frame they are on, +1 */

static struct state *states;
static uint32_t *buckets; /* hash table of state numbers + 1 */
static uint64_t state_count, state_limit = 4000000, transitions;
#define BUCKETS (1u << 23)

/* --- States, packed --- */

static const uint64_t flag_bits[] = {PTE_P, PTE_RW, PTE_US, PTE_A, PTE_PSE, PTE_GUEST_KERNEL};

static uint16_t word_pack(uint64_t w)
{
    uint16_t packed = (pte_mfn(w).n & 15) << 8;

    if (w == FAKE_HOLE_ENTRY)
        return 0xffff;
    for (unsigned i = 0; i < ARRAY_SIZE(flag_bits); i++)
        packed |= !!(w & flag_bits[i]) << i;
    return packed;
}

static uint64_t word_unpack(uint16_t packed)
{
    uint64_t w = (uint64_t)(packed >> 8) << 12;

    if (packed == 0xffff)
        return FAKE_HOLE_ENTRY;
    for (unsigned i = 0; i < ARRAY_SIZE(flag_bits); i++)
        w |= packed >> i & 1 ? flag_bits[i] : 0;
    return w;
}

static void state_save(struct state *s)
{
    memset(s, 0, sizeof(*s));
    for (int f = 0; f < K; f++) {
        const struct frame *r = frame_of(MFN(FIRST + f));

        for (int i = 0; i < SLOTS; i++)
            s->word[f][i] = word_pack(((uint64_t *)frame_data(MFN(FIRST + f)))[i]);
        s->use[f] = r->use >> 56;
        s->count[f] = r->use & COUNT_MASK;
        s->refs[f] = r->own & COUNT_MASK;
    }
    s->kernel = v->kernel_l4.n;
    s->user = v->user_l4.n;
    s->seg = seg_frame;
}

static void state_load(const struct state *s)
{
    for (int f = 0; f < K; f++) {
        for (int i = 0; i < SLOTS; i++)
            ((uint64_t *)frame_data(MFN(FIRST + f)))[i] = word_unpack(s->word[f][i]);
        frame_of(MFN(FIRST + f))->use = (uint64_t)s->use[f] << 56 | s->count[f];
        frame_of(MFN(FIRST + f))->own = OWN_WORD(0) | OWN_ALLOCATED | s->refs[f];
    }
    v->kernel_l4 = MFN((int64_t)s->kernel);
    v->user_l4 = MFN((int64_t)s->user);
    seg_frame = s->seg;
}

static bool state_enter(const struct state *s)
{
    const uint8_t *bytes = (const uint8_t *)s;
    uint64_t hash = 0xcbf29ce484222325ull;

    for (size_t i = 0; i < sizeof(*s); i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3ull;
    for (uint32_t at = hash >> 20 & (BUCKETS - 1);; at = (at + 1) & (BUCKETS - 1)) {
        if (!buckets[at]) {
            if (state_count == state_limit)
                return false;
            states[state_count++] = *s;
            buckets[at] = state_count;
            return true;
        }
        if (!memcmp(&states[buckets[at] - 1], s, sizeof(*s)))
            return false;
    }
}

/* --- Operations, numbered --- */

#define VALUES      (2 + 2 * K)
#define WRITES      (K * SLOTS * VALUES)
#define LIVE_WRITES (K * SLOTS * 2)
#define PINS        (K * 4)
#define UNPINS      K
#define BASES       (2 * K + 2)
#define HOLDS       (K + 1)
#define OPERATIONS  (WRITES + LIVE_WRITES + PINS + UNPINS + BASES + HOLDS)

static void expect(bool real, bool model, const char *what)
{
    model_operation = what;
    if (real != model)
        model_fail("is %s, should be %s", real ? "accepted" : "refused", model ? "accepted" : "refused");
}

static void do_write(unsigned n)
{
    int f = FIRST + n / (SLOTS * VALUES);
    unsigned slot = n / VALUES % SLOTS, value = n % VALUES;
    uint64_t e = 0;

    if (value == 1)
        e = mw[f][slot] | PTE_PSE;
    else if (value)
        e = (uint64_t)(FIRST + (value - 2) / 2) << 12 | PTE_P | PTE_US | (value % 2 ? PTE_RW : 0);
    mmu_update_t r = {.ptr = (uint64_t)f << 12 | slot * 8, .val = e};
    bool real = !fake_mmu_update(v, &r, 1, NULL, DOMID_SELF);
    expect(real, model_write(0, 0, r.ptr, e, false), "mmu_update");
}

static void do_live_write(unsigned n)
{
    int f = FIRST + n / (SLOTS * 2);
    unsigned slot = n / 2 % SLOTS;
    uint64_t old = mw[f][slot], new = n % 2 ? old & ~PTE_RW : 0;
    bool real = !fake_ptwr(v, MFN(f), slot, old, new);

    expect(real, model_replace(0, f, slot, old, new), "live write");
}

static void do_pin(unsigned n)
{
    mmuext_op_t op = {.cmd = MMUEXT_PIN_L1_TABLE + n % 4, .arg1.mfn = FIRST + n / 4};
    bool real = !fake_mmuext(v, &op, 1, NULL, DOMID_SELF);

    expect(real, model_pin(0, op.arg1.mfn, 1 + n % 4), "pin");
}

static void do_unpin(unsigned n)
{
    mmuext_op_t op = {.cmd = MMUEXT_UNPIN_TABLE, .arg1.mfn = FIRST + n};
    bool real = !fake_mmuext(v, &op, 1, NULL, DOMID_SELF);

    expect(real, model_unpin(0, FIRST + n), "unpin");
}

/* The last number stands for no user table, or a frame that is none for the kernel's. */
static void do_base(unsigned n)
{
    bool is_user = n % 2;
    int f = n / 2 == K ? 0 : (int)(FIRST + n / 2);
    mmuext_op_t op = {.cmd = is_user ? MMUEXT_NEW_USER_BASEPTR : MMUEXT_NEW_BASEPTR, .arg1.mfn = f};
    bool real = !fake_mmuext(v, &op, 1, NULL, DOMID_SELF);

    expect(real, model_base(0, is_user && !f ? -1 : f, is_user), "base");
}

static void do_descriptors(unsigned n)
{
    if (n == K) {
        if (!seg_frame)
            return;
        mm_descriptors_put(domains[0], MFN(seg_frame - 1));
        model_descriptors_put(0, seg_frame - 1);
        seg_frame = 0;
        return;
    }
    if (seg_frame)
        return;
    bool real = !mm_descriptors_get(domains[0], MFN(FIRST + n));
    expect(real, model_descriptors_get(0, FIRST + n), "descriptors");
    if (real)
        seg_frame = FIRST + n + 1;
}

static void operation(unsigned n)
{
    static const struct {
        unsigned count;
        void (*run)(unsigned);
    } kinds[] = {{WRITES, do_write}, {LIVE_WRITES, do_live_write}, {PINS, do_pin},
                 {UNPINS, do_unpin}, {BASES, do_base}, {HOLDS, do_descriptors}};
    unsigned kind = 0;

    while (n >= kinds[kind].count)
        n -= kinds[kind++].count;
    kinds[kind].run(n);
}

/* --- The search --- */

static void count_descriptors(void)
{
    if (seg_frame)
        mm_audit_count(MFN(seg_frame - 1), 1, 1);
}

static uint64_t link_to(int f)
{
    return (uint64_t)f << 12 | PTE_P | PTE_RW | PTE_US;
}

/* The starting states: nothing; the frames linked as a tree, not in use; that tree pinned and loaded; and
 * with its data mapped. */
static void roots_enter(void)
{
    struct state s;
    mmuext_op_t op = {.cmd = MMUEXT_PIN_L4_TABLE, .arg1.mfn = FIRST + 3};

    state_save(&s);
    state_enter(&s);
    for (int f = 1; f < 4; f++)
        *(uint64_t *)frame_data(MFN(FIRST + f)) = link_to(FIRST + f - 1);
    state_save(&s);
    state_enter(&s);
    *(uint64_t *)frame_data(MFN(FIRST)) = link_to(FIRST + 4);
    state_save(&s);
    state_enter(&s);
    BUG_ON(fake_mmuext(v, &op, 1, NULL, DOMID_SELF));
    op.cmd = MMUEXT_NEW_BASEPTR;
    BUG_ON(fake_mmuext(v, &op, 1, NULL, DOMID_SELF));
    state_save(&s);
    state_enter(&s);
}

static void transition(const struct state *from, unsigned n)
{
    struct state s;

    state_load(from);
    model_sync(domains);
    model_flushed = 0;
    operation(n);
    model_compare(domains);
    state_save(&s);
    if (state_enter(&s) && mm_audit())
        model_fail("the audit finds something wrong");
    transitions++;
}

int main(int argc, char **argv)
{
    uint64_t limit = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000000, at = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..1\n");
    states = malloc(state_limit * sizeof(*states));
    buckets = calloc(BUCKETS, sizeof(*buckets));
    fake_on_flush = model_flush;
    fake_start(MODEL_FRAMES, FIRST);
    heap_add(MFN(FIRST + K), MODEL_FRAMES - FIRST - K);
    domains[0] = fake_domain(0, 0, K);
    v = domains[0]->vcpus[0];
    md[0] = (struct model_domain){.exists = true, .cpus = 1, .kernel = -1, .user = -1};
    heap_add(MFN(FIRST), K);
    for (int f = 0; f < K; f++)
        BUG_ON(mfn_is_none(mm_populate(domains[0], 0, FIRST + K, false)));
    mm_audit_source(count_descriptors);
    roots_enter();
    uint64_t depth = 0, level_end = state_count;
    while (at < state_count && transitions < limit) {
        if (at == level_end) {
            depth++;
            level_end = state_count;
        }
        for (unsigned n = 0; n < OPERATIONS; n++, model_step++)
            transition(&states[at], n);
        at++;
    }
    printf("# %lu transitions from %lu states, %lu states seen, all to depth %lu\n",
           (unsigned long)transitions, (unsigned long)at, (unsigned long)state_count, (unsigned long)depth);
    printf("ok 1 - every operation in every state near the start agrees with the model\n");
    return 0;
}
