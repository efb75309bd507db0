/* SPDX-License-Identifier: BSD-2-Clause */
/* Uses of frames other than writable (frame.h has that one, inline). */
#ifndef MM_TYPE_H
#define MM_TYPE_H

#include "mm/frame.h"

enum type_result {
    TYPE_OK,     /* one count more */
    TYPE_LOCKED, /* the frame is now `use`, LOCKED, count 1: the caller validates it and calls type_validated() */
};

/* The frequent cases: one more of a valid table, one less of several. False: use the other functions. */
static inline bool type_get_more(struct frame *f, enum frame_use wanted)
{
    uint64_t use = frame_use(f);

    while (likely((use & ~(USE_PINNED | COUNT_MASK)) == (USE_WORD(wanted) | USE_VALID) &&
                  (use & COUNT_MASK) < COUNT_MAX))
        if (likely(word_swap(&f->use, &use, use + 1)))
            return true;
    return false;
}

/* Is f a valid table of that level (or descriptors)? Stays so while mm_lock is held. */
static inline bool type_is(const struct frame *f, enum frame_use use)
{
    return (frame_use(f) & ~(USE_PINNED | COUNT_MASK)) == (USE_WORD(use) | USE_VALID);
}

static inline bool type_put_but_last(struct frame *f)
{
    uint64_t use = frame_use(f);

    while (likely((use & COUNT_MASK) > 1))
        if (likely(word_swap(&f->use, &use, use - 1)))
            return true;
    return false;
}

/* One more who relies on frame f of d as `use`; the caller holds a reference. TYPE_OK, TYPE_LOCKED, -EINVAL
 * (in use as something else), -EBUSY (counter full), -EAGAIN (another job has it locked). */
int type_get(struct frame *f, enum frame_use use, const struct domain *d) must_check;

/* The content passed: what was locked may be used. */
void type_validated(struct frame *f);

/* One less. True when it was the last: the frame is LOCKED with count 0, and the caller drops what its
 * entries hold and then calls type_emptied(). */
bool type_put(struct frame *f) must_check;

/* Ends LOCKED without VALID, after a demotion or a refused promotion. */
void type_emptied(struct frame *f);

#endif
