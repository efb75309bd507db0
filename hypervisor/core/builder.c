/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building a domain from boot modules.
 *
 * Its frames are ordinary frames: what is written here is plain data until the L4 is pinned, and
 * pinning runs the same validation a guest's own tables get. Nothing here is trusted later.
 */
#include "core/builder.h"
#include "core/archive_shim.h"
#include "core/layout.h"
#include "core/tables.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "pv/emulate.h"
#include "pv/segments.h"

#include <xen/features.h>

/* The smallest order whose block holds `bytes`. */
static unsigned order_of(size_t bytes)
{
    unsigned order = 0;

    while ((PAGE_SIZE << order) < bytes)
        order++;
    return order;
}

/* Whole blocks, not zeroed: what these hold is written before it is read. NULL when there is none.
 */
static void *scratch_alloc(void *context, size_t bytes)
{
    unsigned order = order_of(bytes);
    mfn_t m = order > MM_MAX_ORDER ? MFN_NONE : frame_alloc(order, ~0ull, true);

    return mfn_is_none(m) ? NULL : frame_data(m);
}

static void scratch_free(void *context, void *at, size_t bytes)
{
    frame_free(mfn_of(at), order_of(bytes));
}

static const struct payload_memory scratch_memory = {scratch_alloc, scratch_free, NULL};

static void open_kernel(struct payload *p, const struct build *b)
{
    wrmsr(MSR_FS_BASE, (uint64_t)archive_fs_block); /* the archives look for a canary there */
    if (payload_open(p, direct_map(b->kernel->start), b->kernel->size, &scratch_memory))
        cannot_start("%s kernel: %s", b->who, p->error);
    if (b->domain.is_hardware && p->supported_features != PAYLOAD_ABSENT &&
        !(p->supported_features >> XENFEAT_dom0 & 1))
        cannot_start("%s kernel: it does not support running as dom0", b->who);
}

/* Gives the domain its frames, in as long runs as there are, and returns the list of them. */
static mfn_t *populate(struct domain *d, const struct build *b)
{
    uint64_t pages = b->domain.max_pages;
    mfn_t *p2m = scratch_alloc(NULL, pages * sizeof(*p2m));
    uint64_t pfn = 0;

    if (!p2m)
        cannot_start("not enough memory for a %s of %lu MiB", b->who, pages >> 8);
    while (pfn < pages) {
        unsigned order = MIN(MM_MAX_ORDER, 63 - __builtin_clzl(pages - pfn));
        mfn_t m;

        while (mfn_is_none(m = mm_populate(d, order, ~0ull, d->is_hardware)) && order)
            order--;
        if (mfn_is_none(m))
            cannot_start("not enough memory for a %s of %lu MiB: %lu MiB are free", b->who,
                         pages >> 8, pfn >> 8);
        for (uint64_t i = 0; i < 1ul << order; i++, pfn++) {
            p2m[pfn] = MFN(m.n + i);
            m2p_set(p2m[pfn], pfn);
        }
    }
    return p2m;
}

/* Copies to a range of pfns, page by page: their frames need not follow each other. */
static void copy_in(const mfn_t *p2m, uint64_t pfn, const void *from, uint64_t bytes)
{
    for (uint64_t at = 0; at < bytes; at += PAGE_SIZE)
        memcpy(frame_data(p2m[pfn++]), (const char *)from + at, MIN(PAGE_SIZE, bytes - at));
}

static void load_kernel(const struct payload *p, const struct domain_layout *l, const mfn_t *p2m)
{
    uint64_t first = (p->kernel_start - p->virt_base) >> PAGE_SHIFT;
    uint64_t bytes = p->kernel_end - (p->kernel_start & PAGE_MASK);
    uint64_t pages = ROUND_UP(bytes, PAGE_SIZE) >> PAGE_SHIFT;
    void *window;

    if (p2m[first].n + pages - 1 == p2m[first + pages - 1].n) {
        window = frame_data(p2m[first]);
        payload_load(p, (char *)window + p->kernel_start % PAGE_SIZE);
        return;
    }
    window = scratch_alloc(NULL, pages * PAGE_SIZE);
    if (!window)
        cannot_start("not enough memory to unpack a kernel");
    payload_load(p, (char *)window + p->kernel_start % PAGE_SIZE);
    copy_in(p2m, first, window, pages * PAGE_SIZE);
    scratch_free(NULL, window, pages * PAGE_SIZE);
}

static void fill_start_info(struct domain *d, const struct build *b, const struct domain_layout *l,
                            const mfn_t *p2m)
{
    struct start_info *si = frame_data(p2m[l->start_info]);
    bool initrd_by_pfn = l->initrd.first >= l->mapped_pages;

    memset(si, 0, PAGE_SIZE);
    strlcpy(si->magic, "xen-3.0-x86_64", sizeof(si->magic));
    si->nr_pages = l->pages;
    si->shared_info = d->shared_info_mfn.n << PAGE_SHIFT;
    si->flags = d->is_hardware ? SIF_PRIVILEGED | SIF_INITDOMAIN : 0;
    si->pt_base = l->virt_base + l->tables.first * PAGE_SIZE;
    si->nr_pt_frames = l->tables.count;
    si->mfn_list = l->p2m_va;
    if (l->p2m_tables.count) {
        si->first_p2m_pfn = l->p2m.first;
        si->nr_p2m_frames = l->p2m.count + l->p2m_tables.count;
    }
    if (b->initrd) {
        si->mod_start =
            initrd_by_pfn ? l->initrd.first : l->virt_base + l->initrd.first * PAGE_SIZE;
        si->mod_len = b->initrd->size;
        si->flags |= initrd_by_pfn ? SIF_MOD_START_PFN : 0;
    }
    if (d->is_hardware)
        si->console.dom0.info_off = sizeof(*si);
    strlcpy((char *)si->cmd_line, b->kernel->arguments, sizeof(si->cmd_line));
}

static void fill_hypercall_page(const struct payload *p, const mfn_t *p2m)
{
    if (p->hypercall_page != PAYLOAD_ABSENT)
        hypercall_page_fill(frame_data(p2m[(p->hypercall_page - p->virt_base) >> PAGE_SHIFT]));
}

static void start_vcpu(struct vcpu *v, const struct payload *p, const struct domain_layout *l,
                       mfn_t l4)
{
    struct regs *r = &v->ctx.regs;
    int rc = mm_pin_l4(v->domain, l4);

    if (!rc)
        do
            rc = mm_load_base(v, l4, MFN_NONE);
        while (rc == -ERESTART);
    if (rc)
        panic("d%u: its first page tables were refused (%d)", v->domain->id, rc);
    r->rip = p->entry;
    r->rsp = l->virt_base + (l->stack + 1) * PAGE_SIZE;
    r->rsi = l->virt_base + l->start_info * PAGE_SIZE;
    r->cs = SEL_GUEST_CS64;
    r->ss = SEL_GUEST_DS;
    r->rflags = FLAG_IF | 2;
    v->is_initialised = true;
}

struct domain *domain_build(const struct build *b)
{
    static struct payload p;
    uint64_t initrd_bytes = b->initrd ? b->initrd->size : 0, pages = b->domain.max_pages;
    struct domain_layout l;
    struct domain *d;
    mfn_t *p2m, l4;

    open_kernel(&p, b);
    if (layout_plan(&l, &p, initrd_bytes, pages))
        cannot_start("not enough memory for %s: its kernel and initrd do not fit into %lu MiB", b->who,
                     pages >> 8);
    if (domain_create(&b->domain, &d))
        cannot_start("not enough memory to create %s", b->who);
    p2m = populate(d, b);
    load_kernel(&p, &l, p2m);
    payload_close(&p);
    if (b->initrd)
        copy_in(p2m, l.initrd.first, direct_map(b->initrd->start), initrd_bytes);
    fill_hypercall_page(&p, p2m);
    copy_in(p2m, l.p2m.first, p2m, pages * sizeof(*p2m));
    fill_start_info(d, b, &l, p2m);
    l4 = tables_build(&l, p2m);
    start_vcpu(d->vcpus[0], &p, &l, l4);
    scratch_free(NULL, p2m, pages * sizeof(*p2m));
    printk("%s: %lu MiB, kernel at %lx-%lx, entry %lx, initrd %lu KiB\n", b->who, pages >> 8,
           p.kernel_start, p.kernel_end, p.entry, initrd_bytes >> 10);
    return d;
}
