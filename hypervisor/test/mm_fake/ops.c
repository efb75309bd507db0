/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations, on mm/ and the model at once. See ops.h. */
#include <string.h>

#include "choose.h"
#include "compare.h"
#include "hypercalls.h"
#include "kinds.h"
#include "mm/alloc.h"

#define PUBLISHED 4 /* read-only */

bool ops_without_model;

/* --- Start --- */

static void adopt_ours(void)
{
    for (int f = 0; f < MODEL_FRAMES; f++)
        if (own_domain(frame_of(MFN(f))->own) == DOMID_XEN && mf[f].owner == OWNER_FREE)
            mf[f].owner = OWNER_OURS;
}

static void domain_start(int id)
{
    world.domains[id] = fake_domain(id, id, DOMAIN_PAGES);
    world.domains[id]->is_hardware = world.domains[id]->is_privileged = id == 0;
    md[id] = (struct model_domain){.exists = true, .is_hardware = id == 0, .kernel = -1, .user = -1,
                                   .cpus = 1ull << id, .max_pages = DOMAIN_PAGES};
    adopt_ours();
    for (int i = 0; i < DOMAIN_PAGES - 4; i++) {
        mfn_t m = mm_populate(world.domains[id], 0, ~0ull, false);

        if (mfn_is_none(m))
            break;
        model_give(id, m.n, 0);
    }
}

void ops_start(void)
{
    memset(&world, 0, sizeof(world));
    fake_on_flush = model_flush;
    fake_start(MODEL_FRAMES, IO_FRAMES);
    for (int f = 0; f < MODEL_FRAMES; f++) {
        mf[f] = (struct model_frame){
            .owner = f < IO_FRAMES ? OWNER_IO : f < FIRST_FREE ? OWNER_OURS : OWNER_FREE};
        model_m2p[f] = M2P_INVALID;
    }
    memset(mw, 0, sizeof(mw));
    memset(md, 0, sizeof(md));
    held_start();
    heap_add(MFN(FIRST_FREE), MODEL_FRAMES - FIRST_FREE);
    frame_publish(MFN(PUBLISHED), false);
    mf[PUBLISHED].refs = 1;
    mf[PUBLISHED].is_allocated = mf[PUBLISHED].is_read_only = true;
    model_denied = MODEL_FRAMES + 1;
    if (!mm_io_permitted(&(struct domain){.is_hardware = true}, MFN(model_denied)))
        ; /* denied by an earlier start */
    else
        mm_deny_io(MFN(model_denied), 1);
    world.other = 1;
    domain_start(0);
    domain_start(world.other);
    frame_share(MFN(PUBLISHED + 1), world.domains[0]);
    mf[PUBLISHED + 1] = (struct model_frame){
        .owner = 0, .refs = 1, .is_allocated = true, .is_shared = true};
    model_m2p[PUBLISHED + 1] = M2P_SHARED;
}

/* Domain 0 drops what it maps of the dead one. */
static void mappings_drop(unsigned op)
{
    for (int f = 0; f < MODEL_FRAMES; f++) {
        for (unsigned slot = 0; slot < TABLE_ENTRIES; slot++) {
            uint64_t e = mw[f][slot], m = pte_mfn(e).n;

            if (mf[f].owner != 0 || mf[f].kind != KIND_L1 || !mf[f].uses || !(e & PTE_P) ||
                m >= MODEL_FRAMES || mf[m].owner != world.other)
                continue;
            mmu_update_t r = {.ptr = (uint64_t)f << 12 | slot * 8};
            agree(op, !fake_mmu_update(world.domains[0]->vcpus[0], &r, 1, NULL, DOMID_SELF),
                  model_request(0, 0, &r));
        }
    }
}

/* What is left of the dead one goes; its successor is born. */
static void succeed(unsigned op)
{
    if (ops_without_model) {
        for (int i = 0; i < 2; i++) /* nothing of theirs may be in the middle of something */
            BUG_ON(job_run(vcpu_job(world.domains[0]->vcpus[i]), world.domains[0], false));
        model_sync(world.domains);
    }
    mappings_drop(op);
    if (world.domains[world.other]->pages)
        model_fail("a dead domain has %lu pages left", (unsigned long)world.domains[world.other]->pages);
    fake_domain_forget(world.domains[world.other]);
    world.domains[world.other] = NULL;
    for (int f = 0; f < MODEL_FRAMES; f++) /* what mm/ kept for it */
        if (mf[f].owner == OWNER_OURS && own_domain(frame_of(MFN(f))->own) == DOMID_INVALID)
            mf[f].owner = OWNER_FREE;
    world.other = 3 - world.other;
    world.is_dead = false;
    if (ops_without_model)
        model_sync(world.domains);
    domain_start(world.other);
}

static void op_destroy(struct source *s, unsigned op)
{
    if (!chance(s, 2) || world.is_dead)
        return;
    for (unsigned i = 1; i < world.depth; i++)
        if (world.callers[i] == world.other) /* a domain does not die while its vCPU is in a hypercall */
            return;
    held_drop(world.other);
    fake_destroy(world.domains[world.other]);
    world.is_dead = true;
    op_counts[op].accepted++;
    if (!ops_without_model) {
        model_destroy(world.other);
        model_flush(1ull << world.other);
    }
    if (world.depth == 1)
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
    {5, "both bases", op_base_pair},
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
    if (world.depth < 3 && chance(between_source, 50))
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
    world.callers[++world.depth] = 0;
    if (ops_without_model) {
        model_sync(world.domains);
        fake_patience = chance(s, 50) ? 1 + pick(s, 5) : 20;
    }
    ops[op].run(s, op);
    if (--world.depth == 0 && world.is_dead)
        succeed(op);
}

/* --- Comparing --- */

void ops_compare(void)
{
    if (!ops_without_model)
        model_compare(world.domains);
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
