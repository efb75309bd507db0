/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fair spin locks. Interrupts are off whenever the hypervisor runs, so a lock needs no variant for them.
 *
 * Who waits answers what other CPUs ask at once (lib/spin.h), so a lock may be held over tlb_flush().
 *
 * The order is the layer order (ARCHITECTURE.md, "Locks"): a lock may be held while calling down, never
 * while calling up. Two locks of one class are taken lower address first.
 */
#ifndef LIB_LOCK_H
#define LIB_LOCK_H

#include "lib/spin.h"
#include "lib/types.h"

struct lock {
    uint16_t next;    /* ticket to hand out */
    uint16_t serving; /* ticket that may enter */
};

static inline void lock_take(struct lock *l)
{
    uint16_t mine = __atomic_fetch_add(&l->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&l->serving, __ATOMIC_ACQUIRE) != mine)
        spin_wait();
}

static inline void lock_drop(struct lock *l)
{
    /* Only the holder writes `serving`; the release pairs with the acquire in lock_take. */
    __atomic_store_n(&l->serving, (uint16_t)(l->serving + 1), __ATOMIC_RELEASE);
}

/* False: somebody has it. */
static inline bool lock_try(struct lock *l)
{
    struct lock old = {.serving = __atomic_load_n(&l->serving, __ATOMIC_RELAXED)}, new;

    old.next = old.serving;
    new = (struct lock){(uint16_t)(old.next + 1), old.serving};
    return __atomic_compare_exchange(l, &old, &new, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

#endif
