/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of a machine frame, private to mm/: two words, changed only by the functions here and in
 * frame.c and type.c, by compare-and-swap.
 *
 *   use   62..60 enum frame_use   58 PINNED  57 LOCKED  56 VALID   31..0 how many rely on this use
 *   own   63..48 owner domid      35 DIRTY  34 READ_ONLY  33 SHARED  32 ALLOCATED   31..0 references
 *
 * [frame.one-use]   the use changes only while its count is 0 and LOCKED is clear
 * [frame.backed]    each count of the use comes with a reference; so a frame whose references are its
 *                   allocation alone has no use, and may leave its domain
 * [frame.sticky]    with count 0 the use says what the frame was last, which decides the TLB flush
 * [frame.saturate]  a counter at its limit makes the operation fail; none wraps
 */
#ifndef MM_FRAME_H
#define MM_FRAME_H

#include "lib/bug.h"
#include "mm/mm.h"

struct frame {
    uint64_t use;
    uint64_t own;
};

_Static_assert(sizeof(struct frame) == 16, "two words");

/* A test build makes the counters small. */
#ifndef FRAME_COUNT_BITS
#define FRAME_COUNT_BITS 31
#endif
#define COUNT_MAX  ((1ull << FRAME_COUNT_BITS) - 1)
#define COUNT_MASK 0xffffffffull

#define USE_SHIFT  60
#define USE_VALID  (1ull << 56)
#define USE_LOCKED (1ull << 57)
#define USE_PINNED (1ull << 58)
#define USE_WORD(u) ((uint64_t)(u) << USE_SHIFT)

#define OWN_SHIFT     48
#define OWN_ALLOCATED (1ull << 32)
#define OWN_SHARED    (1ull << 33)
#define OWN_READ_ONLY (1ull << 34)
#define OWN_DIRTY     (1ull << 35)
#define OWN_WORD(id)  ((uint64_t)(id) << OWN_SHIFT)
#define OWN_FREE      OWN_WORD(DOMID_INVALID)
#define OWN_OURS      OWN_WORD(DOMID_XEN)
#define OWN_IO        OWN_WORD(DOMID_IO)

/* Entries in a page table. Small-scope test builds say 8 or 2. */
#ifndef TABLE_ENTRIES
#define TABLE_ENTRIES 512
#endif

extern uint64_t frame_count; /* records in the table; higher frames are device memory */
extern uint64_t frame_limit; /* one past the highest frame a physical address can name */

static inline struct frame *frame_of(mfn_t m)
{
    return (struct frame *)FRAMES_VA + m.n;
}

static inline bool frame_exists(mfn_t m)
{
    return m.n < frame_count;
}

static inline domid_t own_domain(uint64_t own)
{
    return own >> OWN_SHIFT;
}

static inline uint64_t frame_own(const struct frame *f)
{
    return __atomic_load_n(&f->own, __ATOMIC_RELAXED);
}

/* The domain alone, by a load of that quarter of the word: it decides about most entries. */
static inline domid_t frame_owner(const struct frame *f)
{
    return __atomic_load_n((const domid_t *)&f->own + OWN_SHIFT / 16, __ATOMIC_RELAXED);
}

/* Is m a frame of RAM that belongs to d now? Only a reference makes it stay so. */
static inline bool frame_is_of(const struct domain *d, mfn_t m)
{
    return frame_exists(m) && frame_owner(frame_of(m)) == d->id;
}

static inline uint64_t frame_use(const struct frame *f)
{
    return __atomic_load_n(&f->use, __ATOMIC_ACQUIRE);
}

static inline enum frame_use use_kind(uint64_t use)
{
    return use >> USE_SHIFT;
}

static inline bool frame_is_ram(mfn_t m)
{
    return frame_exists(m) && frame_owner(frame_of(m)) != DOMID_IO;
}

static inline bool word_swap(uint64_t *word, uint64_t *old, uint64_t new)
{
    return __atomic_compare_exchange_n(word, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}

/* One reference more, if the frame belongs to `owner`: both in one step. Our private frames and free ones
 * have no references, and so give none. */
static inline bool frame_get(struct frame *f, domid_t owner)
{
    uint64_t own = frame_own(f);

    do {
        if (unlikely(own_domain(own) != owner || (own & COUNT_MASK) - 1 >= COUNT_MAX - 1))
            return false;
    } while (unlikely(!word_swap(&f->own, &own, own + 1)));
    return true;
}

/* `own` as it was before: one reference, now none. */
void frame_last_put(struct frame *f, uint64_t own);

static inline void frame_put(struct frame *f)
{
    uint64_t own = __atomic_fetch_sub(&f->own, 1, __ATOMIC_SEQ_CST);

    if (unlikely((own & COUNT_MASK) <= 1))
        frame_last_put(f, own);
}

/* One more writable mapping. The caller holds a reference. [type.one] Inline: a frame that is, or was last,
 * writable; READ_ONLY ones never get so far. */
int writable_get_first(struct frame *f, const struct domain *owner);

static inline bool writable_get_more(struct frame *f)
{
    uint64_t use = frame_use(f);

    while (likely(use - USE_WORD(USE_WRITABLE) < COUNT_MAX))
        if (likely(word_swap(&f->use, &use, use + 1)))
            return true;
    return false;
}

static inline int writable_get(struct frame *f, const struct domain *owner)
{
    return likely(writable_get_more(f)) ? 0 : writable_get_first(f, owner);
}

static inline void writable_put(struct frame *f)
{
    uint64_t use = __atomic_fetch_sub(&f->use, 1, __ATOMIC_SEQ_CST);

    BUG_ON(!(use & COUNT_MASK)); /* puts follow gets, whatever the guest does */
}

/* Takes a frame whose only reference is its allocation away from d: afterwards it is ours and nobody can
 * get a reference. The caller holds d->mm_lock, and flushes d->dirty_cpus before the frame goes on.
 * -EBUSY when it is in use, -EINVAL when it is not d's. */
int frame_take(struct domain *d, mfn_t m) must_check;

/* Frames of ours become d's, with their allocation references. */
void frame_assign(struct domain *d, mfn_t first, unsigned order);

#endif
