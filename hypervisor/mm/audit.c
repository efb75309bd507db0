/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit: what every frame's two counters must be, recounted from the tables, pins, base tables, jobs
 * and holders there are; and that every entry of every valid table is one that would be accepted.
 *
 * It shares the records' layout with the code it checks, but none of its functions.
 */
#include "mm/domain_memory.h"
#include "mm/alloc.h"
#include "mm/entry.h"

#define MAX_SOURCES 4
#define MAX_PRINTED 8

struct tally {
    uint32_t refs, uses;
};

static struct tally *tallies; /* by frame, during an audit */
static uint64_t wrong;
static void (*sources[MAX_SOURCES])(void);
static unsigned source_count;

void mm_audit_source(void (*source)(void))
{
    BUG_ON(source_count == MAX_SOURCES);
    sources[source_count++] = source;
}

void mm_audit_count(mfn_t m, unsigned refs, unsigned uses)
{
    if (!frame_exists(m))
        return;
    tallies[m.n].refs += refs;
    tallies[m.n].uses += uses;
}

static void complain(mfn_t m, const char *what, uint64_t have, uint64_t want)
{
    if (wrong++ < MAX_PRINTED)
        printk("audit: frame %lx: %s: is %lx, should be %lx\n", (unsigned long)m.n, what,
               (unsigned long)have, (unsigned long)want);
}

static enum frame_use kind_of(mfn_t m)
{
    return use_kind(frame_of(m)->use);
}

static void count_leaf(mfn_t table, uint64_t e)
{
    mfn_t m = pte_mfn(e);

    if (!frame_is_ram(m)) {
        if (!(e & (PTE_PCD | PTE_PAT)))
            complain(table, "device memory cached by entry", e, 0);
        return;
    }
    if (e & PTE_CACHE || !(e & PTE_US))
        complain(table, "entry's bits", e, 0);
    mm_audit_count(m, 1, !!(e & PTE_RW));
    if (e & PTE_RW && kind_of(m) != USE_WRITABLE)
        complain(m, "use of a frame mapped writable", kind_of(m), USE_WRITABLE); /* [type.one] */
}

static void count_link(mfn_t table, enum frame_use level, uint64_t e)
{
    mfn_t m = pte_mfn(e);

    if (e & UPPER_FORBIDDEN || !frame_exists(m)) {
        complain(table, "entry's bits", e, 0);
        return;
    }
    mm_audit_count(m, 1, 1);
    if (kind_of(m) != level - 1 || !(frame_of(m)->use & USE_VALID))
        complain(m, "use of a frame linked as a table", frame_of(m)->use >> 56, (level - 1) << 4 | 1);
    if (own_domain(frame_of(m)->own) != own_domain(frame_of(table)->own))
        complain(m, "owner of a linked table", own_domain(frame_of(m)->own),
                 own_domain(frame_of(table)->own));
}

static void count_entries(mfn_t table, enum frame_use level, unsigned end)
{
    const uint64_t *entries = frame_data(table);

    for (unsigned slot = 0; slot < end; slot++) {
        uint64_t e = entries[slot];

        if (!(e & PTE_P) || is_hole_slot(level, slot))
            continue;
        if (level == USE_L1)
            count_leaf(table, e);
        else
            count_link(table, level, e);
    }
}

/* What a frame's own words say: its allocation, its pin, and, of a valid table, its entries. */
static void count_frame(mfn_t m)
{
    uint64_t own = frame_of(m)->own, use = frame_of(m)->use;

    if (own & OWN_ALLOCATED)
        mm_audit_count(m, 1, 0);
    if (use & USE_PINNED)
        mm_audit_count(m, 1, 1);
    if (use & USE_VALID && use_kind(use) >= USE_L1 && use_kind(use) <= USE_L4)
        count_entries(m, use_kind(use), TABLE_ENTRIES);
}

/* A table in a job's hands is referenced once and LOCKED; its count is 1 if it was to be promoted. */
static void count_job(const struct job *j)
{
    if (j->state == JOB_HELD)
        mm_audit_count(j->root, 1, 1);
    for (unsigned i = 0; i < j->depth; i++) {
        const struct job_level *l = &j->level[i];
        uint64_t use = frame_of(l->table)->use;

        if (!(use & USE_LOCKED) || (use & COUNT_MASK) > 1)
            complain(l->table, "use of a table in progress", use, USE_LOCKED);
        mm_audit_count(l->table, 1, use & COUNT_MASK);
        count_entries(l->table, l->use, l->slot);
        frame_of(l->table)->use &= ~USE_LOCKED; /* seen; put back by unmark_job() */
    }
}

static void unmark_job(const struct job *j)
{
    for (unsigned i = 0; i < j->depth; i++)
        frame_of(j->level[i].table)->use |= USE_LOCKED;
}

static void count_held(mfn_t m)
{
    if (!mfn_is_none(m))
        mm_audit_count(m, 1, 1);
}

static void count_vcpu(const struct vcpu *v)
{
    count_held(v->kernel_l4);
    count_held(v->user_l4);
    count_held(v->info_mfn);
    for (unsigned i = 0; i < (v->gdt_entries + 511) / 512; i++)
        mm_audit_count(v->gdt_frames[i], 1, 1);
    for (unsigned i = 0; i < ARRAY_SIZE(v->ldt_frames); i++)
        count_held(v->ldt_frames[i]);
}

static void each_job(void (*what)(const struct job *))
{
    for (struct list *at = all_domains.next; at != &all_domains; at = at->next) {
        struct domain_memory *dm = container_of(at, struct domain_memory, all);

        for (struct list *job = dm->jobs.next; job != &dm->jobs; job = job->next)
            what(container_of(job, struct job, link));
    }
}

static void count_domains(void)
{
    for (struct list *at = all_domains.next; at != &all_domains; at = at->next) {
        struct domain *d = container_of(at, struct domain_memory, all)->domain;
        uint64_t pages = 0;

        for (unsigned i = 0; i < d->vcpu_count; i++)
            if (d->vcpus[i])
                count_vcpu(d->vcpus[i]);
        for (uint64_t n = 0; n < frame_count; n++)
            pages += (frame_of(MFN(n))->own & ~(COUNT_MASK | OWN_ALLOCATED)) == OWN_WORD(d->id);
        if (pages != d->pages)
            complain(MFN(d->id), "pages of the domain of this number", d->pages, pages);
    }
}

static void compare(void)
{
    uint64_t free = 0;

    for (uint64_t n = 0; n < frame_count; n++) {
        struct frame *f = frame_of(MFN(n));

        if ((f->own & COUNT_MASK) != tallies[n].refs)
            complain(MFN(n), "references", f->own & COUNT_MASK, tallies[n].refs);
        if ((f->use & COUNT_MASK) != tallies[n].uses)
            complain(MFN(n), "uses", f->use & COUNT_MASK, tallies[n].uses);
        if (f->use & USE_LOCKED)
            complain(MFN(n), "locked without a job", f->use, f->use & ~USE_LOCKED);
        free += own_domain(f->own) == DOMID_INVALID;
    }
    if (free != mm_free_frames())
        complain(MFN_NONE, "free frames", mm_free_frames(), free);
}

static unsigned scratch_order(void)
{
    unsigned order = 0;

    while (PAGE_SIZE << order < frame_count * sizeof(struct tally))
        order++;
    return order;
}

int mm_audit(void)
{
    tallies = hv_alloc(scratch_order());
    if (!tallies)
        return -ENOMEM;
    wrong = 0;
    for (uint64_t n = 0; n < frame_count; n++)
        count_frame(MFN(n));
    each_job(count_job);
    count_domains();
    for (unsigned i = 0; i < source_count; i++)
        sources[i]();
    compare();
    each_job(unmark_job);
    hv_free(tallies, scratch_order());
    return wrong;
}
