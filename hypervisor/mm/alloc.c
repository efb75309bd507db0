/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap: a buddy allocator whose state is one set of free blocks for each order.
 *
 * Deterministic: of the smallest order that fits, the highest block below the limit. A freed frame is DIRTY and
 * scrubbed when it is handed out again. [heap.scrubbed]
 *
 * Nothing is written into free memory.
 */
#include "mm/alloc.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/free_map.h"

static struct lock heap_lock; /* all below, and the own words of free frames */
static struct free_map free_blocks[MM_MAX_ORDER + 1];
static uint64_t heap_frames; /* frames the maps can describe */
static uint64_t free_count;

static uint64_t blocks(uint64_t frames, unsigned order)
{
    return (frames >> order) + 1;
}

size_t heap_bytes(uint64_t frames)
{
    size_t bytes = 0;

    for (unsigned order = 0; order <= MM_MAX_ORDER; order++)
        bytes += free_map_bytes(blocks(frames, order));
    return bytes;
}

void heap_init(uint64_t frames, void *memory)
{
    char *at = memory;

    for (unsigned order = 0; order <= MM_MAX_ORDER; order++) {
        free_map_init(&free_blocks[order], blocks(frames, order), at);
        at += free_map_bytes(blocks(frames, order));
    }
    heap_frames = frames;
    free_count = 0;
}

/* Enters a block, merged with its free buddies. */
static void block_insert(uint64_t first, unsigned order)
{
    while (order < MM_MAX_ORDER) {
        uint64_t buddy = (first >> order) ^ 1;

        if (buddy >= blocks(heap_frames, order) || !free_map_has(&free_blocks[order], buddy))
            break;
        free_map_clear(&free_blocks[order], buddy);
        first &= ~(1ull << order);
        order++;
    }
    free_map_set(&free_blocks[order], first >> order);
}

/* Takes a block out of its set and returns what is above 2^order to the sets of smaller orders. */
static uint64_t block_remove(uint64_t first, unsigned from, unsigned order, uint64_t below)
{
    free_map_clear(&free_blocks[from], first >> from);
    while (from > order) {
        uint64_t upper = first + (1ull << --from);

        if (upper + (1ull << order) <= below) {
            free_map_set(&free_blocks[from], first >> from);
            first = upper;
        } else {
            free_map_set(&free_blocks[from], upper >> from);
        }
    }
    return first;
}

/* The highest block of some order that contains an aligned 2^order run below the limit. */
static uint64_t block_find(unsigned from, unsigned order, uint64_t below)
{
    uint64_t fit = below < 1ull << order ? 0 : ((below - (1ull << order)) >> from) + 1;
    uint64_t n = free_map_last(&free_blocks[from], MIN(fit, blocks(heap_frames, from)));

    return n == ~0ull ? n : n << from;
}

static uint64_t block_take(unsigned order, uint64_t below)
{
    for (unsigned from = order; from <= MM_MAX_ORDER; from++) {
        uint64_t first = block_find(from, order, below);

        if (first != ~0ull)
            return block_remove(first, from, order, below);
    }
    return ~0ull;
}

mfn_t frame_alloc(unsigned order, uint64_t below, bool dirty)
{
    if (order > MM_MAX_ORDER)
        return MFN_NONE;
    lock_take(&heap_lock);
    uint64_t first = block_take(order, below);
    if (first != ~0ull)
        free_count -= 1ull << order;
    lock_drop(&heap_lock);
    if (first == ~0ull)
        return MFN_NONE;
    for (uint64_t n = first; n < first + (1ull << order); n++) {
        struct frame *f = frame_of(MFN(n));

        if (f->own & OWN_DIRTY && !dirty)
            memset(frame_data(MFN(n)), 0, PAGE_SIZE);
        f->own = OWN_OURS;
        f->use = 0;
    }
    return MFN(first);
}

void frame_free(mfn_t first, unsigned order)
{
    for (uint64_t n = first.n; n < first.n + (1ull << order); n++) {
        struct frame *f = frame_of(MFN(n));

        BUG_ON(f->own & COUNT_MASK || f->use & COUNT_MASK);
        f->use = 0;
        f->own = OWN_FREE | OWN_DIRTY;
        m2p_set(MFN(n), M2P_INVALID);
    }
    lock_take(&heap_lock);
    block_insert(first.n, order);
    free_count += 1ull << order;
    lock_drop(&heap_lock);
}

void heap_add(mfn_t first, uint64_t count)
{
    while (count) {
        unsigned order = 0;

        while (order < MM_MAX_ORDER && first.n % (2ull << order) == 0 && 2ull << order <= count)
            order++;
        frame_free(first, order);
        first.n += 1ull << order;
        count -= 1ull << order;
    }
}

uint64_t mm_free_frames(void)
{
    return __atomic_load_n(&free_count, __ATOMIC_RELAXED);
}

void *hv_alloc(unsigned order)
{
    mfn_t m = frame_alloc(order, ~0ull, false);

    return mfn_is_none(m) ? NULL : frame_data(m);
}

void hv_free(void *page, unsigned order)
{
    if (page)
        frame_free(mfn_of(page), order);
}
