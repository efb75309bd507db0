/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small structures of a domain or vCPU in what is left of the block that holds its own, so that a domain does not
 * take a page for each. They are given back with the block; what does not fit has a page of its own.
 *
 * [room.aligned] a structure lies at a page's beginning if and only if it has the page to itself
 */
#ifndef MM_ROOM_H
#define MM_ROOM_H

#include "mm/mm.h"

#define ROOM_ALIGN 64 /* what XSAVE wants, and a cache line */

/* The block of 2^order zeroed pages begins with `used` bytes of its owner. */
static inline void room_open(struct room *r, void *block, size_t used, unsigned order)
{
    r->next = (uint64_t)block + ROUND_UP(used, ROOM_ALIGN);
    r->end = (uint64_t)block + (PAGE_SIZE << order);
}

/* Zeroed, aligned to 64; up to a page. NULL without memory. */
static inline void *room_alloc(struct room *r, size_t bytes)
{
    uint64_t at = r->next % PAGE_SIZE ? r->next : r->next + ROOM_ALIGN; /* [room.aligned] */

    if (at + bytes > r->end)
        return hv_alloc(0);
    r->next = ROUND_UP(at + bytes, ROOM_ALIGN);
    return (void *)at;
}

/* Of NULL nothing. */
static inline void room_free(void *p)
{
    if (p && !((uint64_t)p % PAGE_SIZE))
        hv_free(p, 0);
}

#endif
