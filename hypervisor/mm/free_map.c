/* SPDX-License-Identifier: BSD-2-Clause */
/* The set behind the heap: one bit per block, each level above one bit per word of the level below. There is
 * room for one number more than asked for, so that "below the size" has a word to begin the search in, also
 * when the size is 64, 4096 and so on. */
#include "mm/free_map.h"
#include "lib/bug.h"

size_t free_map_bytes(uint64_t size)
{
    size_t words = 0;

    do {
        size = size / 64 + 1;
        words += size;
    } while (size > 1);
    return words * 8;
}

void free_map_init(struct free_map *map, uint64_t size, void *memory)
{
    uint64_t *at = memory;

    map->levels = 0;
    do {
        BUG_ON(map->levels == FREE_MAP_LEVELS);
        size = size / 64 + 1;
        map->level[map->levels++] = at;
        at += size;
    } while (size > 1);
}

void free_map_set(struct free_map *map, uint64_t n)
{
    for (unsigned i = 0; i < map->levels; i++, n /= 64)
        map->level[i][n / 64] |= 1ull << (n % 64);
}

void free_map_clear(struct free_map *map, uint64_t n)
{
    for (unsigned i = 0; i < map->levels; i++, n /= 64) {
        map->level[i][n / 64] &= ~(1ull << (n % 64));
        if (map->level[i][n / 64])
            return;
    }
}

static uint64_t highest_bit(uint64_t word)
{
    return 63 - __builtin_clzll(word);
}

uint64_t free_map_last(const struct free_map *map, uint64_t below)
{
    for (unsigned i = 0; i < map->levels; i++, below /= 64) {
        uint64_t word = below % 64 ? map->level[i][below / 64] & ((1ull << (below % 64)) - 1) : 0;

        if (!word)
            continue;
        uint64_t n = below / 64 * 64 + highest_bit(word);
        while (i--)
            n = n * 64 + highest_bit(map->level[i][n]);
        return n;
    }
    return ~0ull;
}
