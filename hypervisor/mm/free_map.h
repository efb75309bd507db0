/* SPDX-License-Identifier: BSD-2-Clause */
/* A set of small numbers with a fast "highest member below n": a bit map with summaries of summaries. */
#ifndef MM_FREE_MAP_H
#define MM_FREE_MAP_H

#include "lib/types.h"

#define FREE_MAP_LEVELS 5

struct free_map {
    unsigned levels;
    uint64_t *level[FREE_MAP_LEVELS]; /* level 0: a bit per member; above: a bit per nonzero word */
};

/* Bytes of zeroed memory a map of the numbers below `size` needs. */
size_t free_map_bytes(uint64_t size);
void free_map_init(struct free_map *map, uint64_t size, void *memory);

void free_map_set(struct free_map *map, uint64_t n);
void free_map_clear(struct free_map *map, uint64_t n);

static inline bool free_map_has(const struct free_map *map, uint64_t n)
{
    return map->level[0][n / 64] >> (n % 64) & 1;
}

/* The highest member below `below`, or ~0. `below` is at most the size. */
uint64_t free_map_last(const struct free_map *map, uint64_t below);

#endif
