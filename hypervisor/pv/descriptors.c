/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest descriptor tables.
 *
 * A vCPU's window (x86/paging.c) shows up to 14 guest frames as its GDT, our own page behind them,
 * and up to 16 guest frames as its LDT. Every guest frame shown holds a descriptor-type reference,
 * so that it can be changed only through update_descriptor.
 *
 * [desc.ring3] no descriptor a guest can load has DPL below 3, and none is a system descriptor
 * [desc.typed] a frame in a window is of descriptor type for as long as it is there
 */
#include "hypercalls.h"
#include "mm/entry.h"
#include "mm/mm.h"
#include "pv/pv.h"

#define DESC_S               (1ull << 44)
#define DESC_DPL3            (3ull << 45)
#define DESC_P               (1ull << 47)
#define DESC_TYPE            (15ull << 40)

#define DESCRIPTORS_PER_PAGE 512
#define GDT_PAGES            14
#define LDT_PAGE             16 /* in the window */
#define LDT_ENTRIES_MAX      8192

/* Makes a descriptor fit for ring 3, or says it cannot be: gates and task states are ours alone. An
 * empty system descriptor is the upper half of something, or nothing. */
static bool descriptor_fix(uint64_t *d)
{
    if (!(*d & DESC_P))
        return true;
    if (!(*d & DESC_S))
        return !(*d & DESC_TYPE);
    *d |= DESC_DPL3;
    return true;
}

int on_descriptor_frame(uint64_t *descriptors)
{
    for (unsigned i = 0; i < DESCRIPTORS_PER_PAGE; i++) {
        uint64_t d = descriptors[i];

        if (!descriptor_fix(&d))
            return -EINVAL;
        if (d != descriptors[i])
            descriptors[i] = d;
    }
    return 0;
}

static void release_frames(struct domain *d, mfn_t *frames, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (!mfn_is_none(frames[i]))
            mm_descriptors_put(d, frames[i]);
        frames[i] = MFN_NONE;
    }
}

static int take_frames(struct vcpu *v, mfn_t *frames, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int rc = mm_descriptors_get(v->domain, frames[i]);

        if (rc) {
            release_frames(v->domain, frames, i);
            return rc;
        }
    }
    return 0;
}

static void gdt_install(struct vcpu *v, const mfn_t *frames, unsigned n, unsigned entries)
{
    for (unsigned i = 0; i < GDT_PAGES; i++)
        window_set(v->windows, i, i < n ? frames[i] : MFN_NONE);
    release_frames(v->domain, v->gdt_frames, GDT_PAGES);
    for (unsigned i = 0; i < n; i++)
        v->gdt_frames[i] = frames[i];
    v->gdt_entries = entries;
}

int gdt_set(struct vcpu *v, const mfn_t *frames, unsigned entries)
{
    unsigned n = (entries + DESCRIPTORS_PER_PAGE - 1) / DESCRIPTORS_PER_PAGE;
    mfn_t taken[GDT_PAGES];
    int rc;

    if (entries > GDT_PAGES * DESCRIPTORS_PER_PAGE)
        return -EINVAL;
    for (unsigned i = 0; i < n; i++)
        taken[i] = frames[i];
    rc = take_frames(v, taken, n);
    if (rc)
        return rc;
    gdt_install(v, taken, n, entries);
    return 0;
}

long hc_set_gdt(struct vcpu *v, guest_ptr frames, uint32_t entries)
{
    unsigned n = (entries + DESCRIPTORS_PER_PAGE - 1) / DESCRIPTORS_PER_PAGE;
    mfn_t list[GDT_PAGES];

    if (entries > GDT_PAGES * DESCRIPTORS_PER_PAGE)
        return -EINVAL;
    if (guest_read(list, frames, n * sizeof(list[0])))
        return -EFAULT;
    return gdt_set(v, list, entries);
}

long hc_update_descriptor(struct vcpu *v, uint64_t address, uint64_t descriptor)
{
    if (address % 8 || !descriptor_fix(&descriptor))
        return -EINVAL;
    return mm_descriptor_write(v->domain, address, descriptor);
}

static void ldt_release(struct vcpu *v)
{
    for (unsigned i = 0; i < ARRAY_SIZE(v->ldt_frames); i++)
        if (!mfn_is_none(v->ldt_frames[i]))
            window_set(v->windows, LDT_PAGE + i, MFN_NONE);
    release_frames(v->domain, v->ldt_frames, ARRAY_SIZE(v->ldt_frames));
}

int on_set_ldt(struct vcpu *v, uint64_t va, unsigned entries)
{
    if (va % PAGE_SIZE || entries > LDT_ENTRIES_MAX)
        return -EINVAL;
    if (entries && !guest_range_ok(GPTR(va), entries * 8ul))
        return -EINVAL;
    ldt_release(v);
    v->ldt = GPTR(va);
    v->ldt_entries = entries;
    cpu_set_context(&v->ctx, v->windows, v->ldt_entries);
    return 0;
}

bool ldt_map_page(struct vcpu *v, uint64_t offset)
{
    unsigned page = offset / PAGE_SIZE;
    uint64_t entry;
    mfn_t m;

    if (offset / 8 >= v->ldt_entries || !mfn_is_none(v->ldt_frames[page]))
        return false;
    if (!mm_translate(v, v->ldt.va + page * PAGE_SIZE, &entry))
        return false;
    m = pte_mfn(entry);
    if (mm_descriptors_get(v->domain, m))
        return false;
    v->ldt_frames[page] = m;
    window_set(v->windows, LDT_PAGE + page, m);
    return true;
}

void descriptors_release(struct vcpu *v)
{
    gdt_install(v, NULL, 0, 0);
    ldt_release(v);
}
