/* SPDX-License-Identifier: BSD-2-Clause */
/* Bit maps of 64-bit words. The atomic ones are for words a guest or another CPU changes too. */
#ifndef LIB_BITS_H
#define LIB_BITS_H

#include "lib/types.h"

#define BIT(n) (1ull << (n))

static inline bool bit_test(const uint64_t *map, unsigned n)
{
    return __atomic_load_n(&map[n / 64], __ATOMIC_ACQUIRE) >> (n % 64) & 1;
}

/* Both return the bit's earlier value; full barriers, as a locked instruction gives. Written so that the compiler makes
 * one of them (BTS, BTR) and no loop. */
static inline bool bit_test_set(uint64_t *map, unsigned n)
{
    return __atomic_fetch_or(&map[n / 64], BIT(n % 64), __ATOMIC_SEQ_CST) & BIT(n % 64);
}

static inline bool bit_test_clear(uint64_t *map, unsigned n)
{
    return __atomic_fetch_and(&map[n / 64], ~BIT(n % 64), __ATOMIC_SEQ_CST) & BIT(n % 64);
}

#endif
