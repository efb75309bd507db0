/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers: splitmix64 (Steele, Lea, Flood 2014), and the values that tend to break things. */
#include "hostile.h"

static u64 state;

void random_seed(u64 seed)
{
    state = seed;
}

u64 random_u64(void)
{
    u64 z = state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

u32 random_below(u32 n)
{
    return (u32)((random_u64() >> 32) * n >> 32);
}

bool random_one_in(u32 n)
{
    return random_below(n) == 0;
}

static const u64 boundaries[] = {
    0,          1,         2,         7,         8,          31,         32,
    33,         63,        64,        127,       128,        129,        255,
    511,        512,       1023,      1024,      4095,       4096,       4097,
    0x7fff,     0x8000,    0xffff,    0x10000,   0x7fffffff, 0x80000000, 0xffffffff,
    1ul << 32,  1ul << 40, 1ul << 52, ~0ul,      ~0ul - 7,   1ul << 63,  ~0ul >> 1,
    DOMID_SELF, DOMID_IO,  DOMID_XEN, DOMID_COW, DOMID_IDLE, 0xffffff,   0x100000,
};

u64 random_mfn(void)
{
    static const u64 odd[] = {0,         1,          0xa0,       0xfec00,    0xfee00,
                              0xfffff,   0x100000,   1ul << 24,  1ul << 28,  1ul << 36,
                              1ul << 40, ~0ul >> 12, ~0ul >> 24, 0x7fffffff, 0xffffffff};

    switch (random_below(16)) {
    case 0:
        return odd[random_below(ARRAY_SIZE(odd))];
    case 1:
        return pool_frame[random_below(POOL_FRAMES)];
    default:
        return va_mfn(pool_page[random_below(POOL_PAGES)]);
    }
}

u64 random_pte(void)
{
    static const u64 flags[] = {PTE_P,   PTE_RW, PTE_US,  PTE_PWT, PTE_PCD,   PTE_A,     PTE_D,
                                PTE_PSE, PTE_G,  PTE_AVL, PTE_NX,  1ul << 52, 1ul << 51, 0x200};
    u64 pte = pte_make(random_mfn() & PTE_MFN >> PAGE_SHIFT, random_one_in(2) ? PTE_TABLE : PTE_RO);

    if (random_one_in(3))
        pte ^= flags[random_below(ARRAY_SIZE(flags))];
    if (random_one_in(12))
        pte ^= flags[random_below(ARRAY_SIZE(flags))];
    return random_one_in(16) ? pte & ~PTE_P : pte;
}

u64 random_bad_pointer(void)
{
    static const u64 pointers[] = {
        0,
        8,
        ~0ul,
        ~0ul - 7,
        0x0000700000000000,
        0x00007ffffffffff8,
        0x00007fffffffffff,
        0x0000800000000000,
        0xffff7fffffffffff,
        HOLE_START,
        HOLE_START - 8,
        HOLE_START + 0x3000000000,
        0xffff820000000000,
        0xffff82d040200000,
        0xffff830000000000,
        HOLE_END - 8,
        HOLE_END,
        BUFFER_END - 1,
        BUFFER_END - 8,
        BUFFER_END,
    };

    return pointers[random_below(ARRAY_SIZE(pointers))];
}

u64 random_word(void)
{
    switch (random_below(12)) {
    case 0:
        return random_u64();
    case 1:
        return random_bad_pointer();
    case 2:
        return random_pte();
    case 3:
        return random_mfn();
    case 4:
        return random_mfn() << PAGE_SHIFT | random_below(512) * 8 | random_below(4);
    case 5:
        return (u64)pool_page[random_below(POOL_PAGES)];
    case 6:
        return BUFFER + random_below(1024) * 8;
    case 7:
    case 8:
        return random_below(40);
    case 9:
        return random_below(40) | (u64)random_below(40) << 32;
    case 10:
        return boundaries[random_below(ARRAY_SIZE(boundaries))] |
               boundaries[random_below(ARRAY_SIZE(boundaries))] << 32;
    default:
        return boundaries[random_below(ARRAY_SIZE(boundaries))];
    }
}

void random_fill(void *to, size_t bytes)
{
    u64 *p = to;

    for (; bytes >= 8; bytes -= 8)
        *p++ = random_word();
}
