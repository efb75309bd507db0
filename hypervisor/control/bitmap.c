/* SPDX-License-Identifier: BSD-2-Clause */
/* Bit maps of the tools, which say how many bits they have. */
#include "control/toolstack.h"

static unsigned bytes_of(const struct xenctl_bitmap *map)
{
    return MIN((map->nr_bits + 7ull) / 8, 8ull);
}

/* Only whole bytes are stored; bits past the map's end in the last of them are clear. */
int bitmap_put(const struct xenctl_bitmap *to, uint64_t bits)
{
    static const uint8_t zero[64];
    guest_ptr at = GPTR((uint64_t)to->bitmap.p);
    uint64_t left = (to->nr_bits + 7ull) / 8, n = bytes_of(to);

    if (to->nr_bits < 64)
        bits &= (1ull << to->nr_bits) - 1;
    if (left > PAGE_SIZE)
        return -EINVAL;
    for (const void *from = &bits; left; left -= n, at = gptr_add(at, n), from = zero) {
        n = from == zero ? MIN(left, sizeof(zero)) : n;
        if (guest_write(at, from, n))
            return -EFAULT;
    }
    return 0;
}

int bitmap_get(const struct xenctl_bitmap *from, uint64_t *bits)
{
    *bits = 0;
    if (guest_read(bits, GPTR((uint64_t)from->bitmap.p), bytes_of(from)))
        return -EFAULT;
    if (from->nr_bits < 64)
        *bits &= (1ull << from->nr_bits) - 1;
    return 0;
}
