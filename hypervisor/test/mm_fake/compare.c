/* SPDX-License-Identifier: BSD-2-Clause */
/* The model beside the real records. */
#include "compare.h"

#include <string.h>

#include "mm/domain_memory.h"
#include "mm/entry.h"
#include "model.h"

static void compare_words(int f)
{
    const uint64_t *real = frame_data(MFN(f));

    for (unsigned slot = 0; slot < TABLE_ENTRIES; slot++) {
        if (real[slot] != mw[f][slot])
            model_fail("frame %d, word %u: is %lx, should be %lx", f, slot, (unsigned long)real[slot],
                       (unsigned long)mw[f][slot]);
    }
}

static void compare_frame(int f)
{
    const struct frame *r = frame_of(MFN(f));
    const struct model_frame *m = &mf[f];
    uint64_t own = OWN_WORD(m->owner) | m->refs | (m->is_allocated ? OWN_ALLOCATED : 0) |
                   (m->is_shared ? OWN_SHARED : 0) | (m->is_read_only ? OWN_READ_ONLY : 0);
    uint64_t use = USE_WORD(m->kind) | m->uses | (m->is_pinned ? USE_PINNED : 0) |
                   (m->uses && m->kind && m->kind != KIND_WRITABLE ? USE_VALID : 0);

    if ((r->own & ~OWN_DIRTY) != own)
        model_fail("frame %d: own is %lx, should be %lx", f, (unsigned long)r->own, (unsigned long)own);
    /* A refusal may have passed through a writable use, flushed as that has to be. [frame.sticky] */
    if (!m->uses && r->use == USE_WORD(USE_WRITABLE)) {
        mf[f].kind = KIND_WRITABLE;
        use = r->use;
    }
    if (r->use != use)
        model_fail("frame %d: use is %lx, should be %lx", f, (unsigned long)r->use, (unsigned long)use);
    if (m2p_get(MFN(f)) != model_m2p[f])
        model_fail("frame %d: M2P is %lx, should be %lx", f, (unsigned long)m2p_get(MFN(f)),
                   (unsigned long)model_m2p[f]);
    if (m->owner < 4)
        compare_words(f);
}

static void compare_domain(const struct domain *d)
{
    const struct model_domain *m = &md[d->id];

    if (d->pages != m->pages)
        model_fail("domain %d has %lu pages, should have %u", d->id, (unsigned long)d->pages, m->pages);
    if ((int)d->vcpus[0]->kernel_l4.n != m->kernel || (int)d->vcpus[0]->user_l4.n != m->user)
        model_fail("domain %d: base tables", d->id);
}

void model_compare(struct domain *const domains[4])
{
    for (int f = 0; f < MODEL_FRAMES; f++)
        compare_frame(f);
    for (int d = 0; d < 4; d++)
        if (domains[d])
            compare_domain(domains[d]);
}

static void sync_frame(int f)
{
    const struct frame *r = frame_of(MFN(f));

    mf[f] = (struct model_frame){.owner = own_domain(r->own), .kind = use_kind(r->use),
                                 .uses = r->use & COUNT_MASK, .refs = r->own & COUNT_MASK,
                                 .is_pinned = r->use & USE_PINNED,
                                 .is_allocated = r->own & OWN_ALLOCATED,
                                 .is_shared = r->own & OWN_SHARED,
                                 .is_read_only = r->own & OWN_READ_ONLY};
    if (r->use & USE_LOCKED) /* nothing is to be done with it now */
        mf[f].kind = KIND_SEG;
    memcpy(mw[f], frame_data(MFN(f)), sizeof(mw[0]));
    model_m2p[f] = m2p_get(MFN(f));
}

void model_sync(struct domain *const domains[4])
{
    for (int f = 0; f < MODEL_FRAMES; f++)
        sync_frame(f);
    for (int d = 0; d < 4; d++) {
        if (!domains[d])
            continue;
        md[d].kernel = domains[d]->vcpus[0]->kernel_l4.n;
        md[d].user = domains[d]->vcpus[0]->user_l4.n;
        md[d].pages = domains[d]->pages;
    }
}
