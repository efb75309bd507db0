/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A domain's grants and who uses them.
 *
 *      shared entry (guest memory)        active entry (ours)
 *      flags, domid, frame   ──pin──►     readers, writers, frame, user   ──►  references to the frame
 *         ▲ reading, writing bits  ◄──┘
 *
 * [grant.fetch]   a shared entry is read as one 8-byte word; the word that was checked is the word
 *                 that is swapped, so the frame that is used is the frame that was granted
 * [grant.marked]  while an entry has pins, `reading` is set in it; while it has writing ones,
 *                 `writing` too
 * [grant.refs]    each pin holds a reference to the frame, a writing pin one to its writable use
 *                 too
 * [grant.grows]   tables begin small, grow up to limits set at creation, and never shrink or move; a frame
 *                 or a page of handles is whole before the count that covers it rises
 *
 * An owner changing its entries under us can make its grants fail; after a few tries we give up.
 */
#include "lib/bug.h"
#include "grant/pages.h"
#include "mm/room.h"
#include "grant/table.h"

#define RELEASE_UNIT 16 /* handles between two looks at the clock */
_Static_assert(sizeof(struct grants) <= PAGE_SIZE, "one page");
_Static_assert(sizeof(grant_entry_v1_t) * GRANTS_PER_FRAME == PAGE_SIZE, "GRANTS_PER_FRAME");

union entry_word {
    grant_entry_v1_t e;
    uint64_t word;
};

static grant_entry_v1_t *shared_at(struct grants *g, uint32_t ref)
{
    return &g->shared[ref / GRANTS_PER_FRAME][ref % GRANTS_PER_FRAME];
}

static struct active *active_at(struct grants *g, uint32_t ref)
{
    return &g->active[ref / ACTIVE_PER_PAGE][ref % ACTIVE_PER_PAGE];
}

static bool ref_is_valid(const struct grants *g, uint32_t ref)
{
    return ref < g->frame_count * GRANTS_PER_FRAME;
}

static bool is_pinned(const struct active *a)
{
    return a->readers || a->writers;
}

static bool permits(grant_entry_v1_t e, const struct active *a, domid_t user, bool write)
{
    return (e.flags & GTF_type_mask) == GTF_permit_access && e.domid == user &&
           !(write && e.flags & GTF_readonly) && (!is_pinned(a) || e.frame == a->frame);
}

/* Active entries come by the page, when the first of it is used: most domains use a few grants. Only what is granted
 * is, so who just names references does not make the owner take memory. */
static __attribute__((noinline, cold)) int active_add(struct grants *g, uint32_t ref, domid_t user)
{
    static const struct active unused;
    union entry_word now = {.word = __atomic_load_n((uint64_t *)shared_at(g, ref), __ATOMIC_ACQUIRE)};

    if (!permits(now.e, &unused, user, false))
        return GNTST_general_error;
    g->active[ref / ACTIVE_PER_PAGE] = hv_alloc(0);
    return g->active[ref / ACTIVE_PER_PAGE] ? GNTST_okay : GNTST_no_space;
}

/* Marks the shared entry as used and returns it as it was checked. */
static int claim(grant_entry_v1_t *shared, const struct active *a, domid_t user, bool write,
                 grant_entry_v1_t *checked)
{
    uint64_t *word = (uint64_t *)shared;
    union entry_word old = {.word = __atomic_load_n(word, __ATOMIC_ACQUIRE)}, new;

    for (int i = 0; i < GRANT_CLAIM_TRIES; i++) {
        if (!permits(old.e, a, user, write))
            return GNTST_general_error;
        new = old;
        new.e.flags |= GTF_reading | (write ? GTF_writing : 0);
        if (__atomic_compare_exchange_n(word, &old.word, new.word, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_ACQUIRE)) {
            *checked = old.e;
            return GNTST_okay;
        }
    }
    return GNTST_general_error;
}

/* Takes back the marks that no pin stands for any more. */
static void unmark(grant_entry_v1_t *shared, const struct active *a)
{
    uint16_t gone = (a->writers ? 0 : GTF_writing) | (is_pinned(a) ? 0 : GTF_reading);

    if (gone)
        __atomic_fetch_and(&shared->flags, (uint16_t)~gone, __ATOMIC_SEQ_CST);
}

static int pin_locked(struct domain *owner, uint32_t ref, domid_t user, bool write, mfn_t *frame)
{
    struct grants *g = grants_of(owner);
    struct active *a;
    grant_entry_v1_t e;
    int rc;

    if (!ref_is_valid(g, ref))
        return GNTST_bad_gntref;
    rc = likely(g->active[ref / ACTIVE_PER_PAGE]) ? GNTST_okay : active_add(g, ref, user);
    if (rc)
        return rc;
    a = active_at(g, ref);
    if (is_pinned(a) && a->user != user)
        return GNTST_general_error;
    e.frame = a->frame;
    if (!is_pinned(a) || (write && !a->writers)) {
        rc = claim(shared_at(g, ref), a, user, write, &e);
        if (rc)
            return rc;
    }
    if (pages_hold(owner, MFN(e.frame), write)) {
        unmark(shared_at(g, ref), a);
        return GNTST_bad_page;
    }
    g->pinned += !is_pinned(a);
    a->frame = e.frame;
    a->user = user;
    a->writers += write;
    a->readers += !write;
    *frame = MFN(e.frame);
    return GNTST_okay;
}

int grant_pin(struct domain *owner, uint32_t ref, domid_t user, bool write, mfn_t *frame)
{
    int rc = GNTST_bad_domain;

    lock_take(&owner->io_lock);
    if (owner->state != DOMAIN_DYING)
        rc = pin_locked(owner, ref, user, write, frame);
    lock_drop(&owner->io_lock);
    return rc;
}

void grant_unpin(struct domain *owner, uint32_t ref, bool write)
{
    struct grants *g = grants_of(owner);
    struct active *a = active_at(g, ref);
    mfn_t frame;

    lock_take(&owner->io_lock);
    /* Every unpin follows a pin of ours: handles and copies remember what they took. */
    BUG_ON(write ? !a->writers : !a->readers);
    frame = MFN(a->frame);
    a->writers -= write;
    a->readers -= !write;
    g->pinned -= !is_pinned(a);
    unmark(shared_at(g, ref), a);
    lock_drop(&owner->io_lock);
    /* Last, so that a pin never stands without its reference. */
    pages_drop(owner, frame, write);
}

mfn_t grant_pinned_frame(struct domain *owner, uint32_t ref)
{
    return MFN(active_at(grants_of(owner), ref)->frame);
}

int grant_named_frame(struct domain *owner, uint32_t ref, mfn_t *frame)
{
    union entry_word w = {.word = 0};

    lock_take(&owner->io_lock);
    if (ref_is_valid(grants_of(owner), ref))
        w.word = __atomic_load_n((uint64_t *)shared_at(grants_of(owner), ref), __ATOMIC_ACQUIRE); /* [grant.fetch] */
    lock_drop(&owner->io_lock);
    *frame = MFN(w.e.frame);
    return (w.e.flags & GTF_type_mask) == GTF_permit_access ? 0 : -EINVAL;
}

/* A page of handles more, all free. */
static __attribute__((noinline, cold)) void handles_add(struct grants *g)
{
    uint32_t first = g->handle_count, end = MIN(first + HANDLES_PER_PAGE, g->handle_limit);
    struct mapping *page = first < end ? hv_alloc(0) : NULL;

    if (!page)
        return;
    for (uint32_t i = first; i < end; i++)
        page[i - first].ref = i + 1 < end ? i + 1 : HANDLE_NONE;
    g->mappings[first / HANDLES_PER_PAGE] = page;
    g->free_handle = first;
    __atomic_store_n(&g->handle_count, end, __ATOMIC_RELEASE);
}

uint32_t handle_take(struct domain *d)
{
    struct grants *g = grants_of(d);
    uint32_t handle;

    lock_take(&d->io_lock);
    if (g->free_handle == HANDLE_NONE)
        handles_add(g);
    handle = g->free_handle;
    if (handle != HANDLE_NONE)
        g->free_handle = mapping_at(d, handle)->ref;
    lock_drop(&d->io_lock);
    return handle;
}

void handle_free(struct domain *d, uint32_t handle)
{
    struct grants *g = grants_of(d);

    lock_take(&d->io_lock);
    *mapping_at(d, handle) = (struct mapping){.ref = g->free_handle};
    g->free_handle = handle;
    lock_drop(&d->io_lock);
}

static int add_frame(struct domain *d, unsigned i)
{
    struct grants *g = grants_of(d);
    int rc;

    if (!g->shared[i])
        g->shared[i] = hv_alloc(0);
    if (!g->shared[i])
        return -ENOMEM;
    rc = pages_share(d, mfn_of(g->shared[i]));
    if (!rc)
        __atomic_store_n(&g->frame_count, i + 1, __ATOMIC_RELEASE);
    return rc;
}

int grant_grow(struct domain *d, unsigned frames)
{
    struct grants *g = grants_of(d);
    int rc = 0;

    if (frames > g->frame_limit)
        return -EINVAL;
    lock_take(&d->io_lock);
    while (!rc && g->frame_count < frames)
        rc = add_frame(d, g->frame_count);
    lock_drop(&d->io_lock);
    return rc;
}

int grant_domain_init(struct domain *d, unsigned frames, unsigned handles)
{
    struct grants *g;
    int rc;

    if (frames == 0 || frames > GRANT_FRAMES_MAX || handles > GRANT_HANDLES_MAX)
        return -EINVAL;
    g = room_alloc(&d->room, sizeof(*g));
    if (!g)
        return -ENOMEM;
    d->grants = g;
    g->frame_limit = frames;
    g->handle_limit = handles;
    g->free_handle = HANDLE_NONE;
    rc = grant_grow(d, 1); /* whoever builds the domain puts the console's and the store's grants there */
    if (rc)
        grant_domain_destroy(d);
    return rc;
}

static void release_one(struct domain *d, uint32_t handle)
{
    struct mapping m = *mapping_at(d, handle);

    if (!(m.flags & MAPPING_PARTS))
        return;
    /* The owner of what we hold cannot go before we let go (grant_domain_is_idle). */
    grant_unpin(domain_by_id(m.owner), m.ref, !(m.flags & GNTMAP_readonly));
    handle_free(d, handle);
}

int grant_domain_release(struct domain *d)
{
    struct grants *g = grants_of(d);

    while (g->release_next < g->handle_count) {
        release_one(d, g->release_next++);
        if (g->release_next % RELEASE_UNIT == 0 && preempt_wanted())
            return -ERESTART;
    }
    g->release_next = 0;
    return 0;
}

bool grant_domain_is_idle(const struct domain *d)
{
    return __atomic_load_n(&grants_of(d)->pinned, __ATOMIC_ACQUIRE) == 0;
}

void grant_domain_destroy(struct domain *d)
{
    struct grants *g = grants_of(d);

    /* Callers have asked grant_domain_is_idle. */
    BUG_ON(g->pinned);
    for (unsigned i = 0; i < GRANT_FRAMES_MAX; i++) {
        if (g->shared[i] && i < g->frame_count)
            pages_unshare(d, mfn_of(g->shared[i]));
        else if (g->shared[i])
            hv_free(g->shared[i], 0);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(g->active); i++)
        if (g->active[i])
            hv_free(g->active[i], 0);
    for (unsigned i = 0; i < ARRAY_SIZE(g->mappings); i++)
        if (g->mappings[i])
            hv_free(g->mappings[i], 0);
    room_free(g);
    d->grants = NULL;
}

void grant_each_pinned(struct domain *d, void (*see)(mfn_t frame, unsigned pins))
{
    struct grants *g = grants_of(d);

    for (uint32_t page = 0; page < ARRAY_SIZE(g->active); page++)
        for (uint32_t i = 0; g->active[page] && i < ACTIVE_PER_PAGE; i++) {
            const struct active *a = &g->active[page][i];

            if (is_pinned(a))
                see(MFN(a->frame), a->readers + a->writers);
        }
}

unsigned grant_frame_count(const struct domain *d)
{
    return __atomic_load_n(&grants_of(d)->frame_count, __ATOMIC_ACQUIRE);
}

unsigned grant_frame_limit(const struct domain *d)
{
    return grants_of(d)->frame_limit;
}

mfn_t grant_frame_mfn(const struct domain *d, unsigned index)
{
    return index < grant_frame_count(d) ? mfn_of(grants_of(d)->shared[index]) : MFN_NONE;
}

mfn_t on_grant_frame(const struct domain *d, uint64_t index)
{
    return index < grant_frame_count(d) ? grant_frame_mfn(d, (unsigned)index) : MFN_NONE;
}
