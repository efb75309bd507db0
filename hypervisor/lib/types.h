/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that must not be mixed up, and the few macros every file uses.
 *
 * mfn_t is a type of its own, because confusing a machine frame number with a guest's own frame number (a pfn, a
 * plain uint64_t) is the classic bug of hypervisors. A guest_ptr is an address that a guest gave us: it cannot be
 * dereferenced, only handed to x86/access.h.
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t n;
} mfn_t;

typedef struct {
    uint64_t va;
} guest_ptr;

#define MFN(x)    ((mfn_t){(x)})
#define MFN_NONE  MFN(~0ull)
#define GPTR(x)   ((guest_ptr){(x)})

static inline bool mfn_eq(mfn_t a, mfn_t b)
{
    return a.n == b.n;
}

static inline bool mfn_is_none(mfn_t m)
{
    return m.n == ~0ull;
}

/* The address `bytes` further on; wraps like the machine, access.h checks the result. */
static inline guest_ptr gptr_add(guest_ptr p, uint64_t bytes)
{
    return GPTR(p.va + bytes);
}

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096ul
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define ARRAY_SIZE(a)       (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)           ((a) < (b) ? (a) : (b))
#define MAX(a, b)           ((a) > (b) ? (a) : (b))
#define ROUND_UP(x, to)     (((x) + (to)-1) / (to) * (to))
#define ROUND_DOWN(x, to)   ((x) / (to) * (to))
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))

#define must_check __attribute__((warn_unused_result))
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#endif
