/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory before there is an allocator: pieces cut from the end of the free ranges, never given back.
 *
 * Free are the RAM regions without low memory, our image, and the boot modules. What is left when the
 * allocator starts is handed over range by range.
 */
#include "core/early.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "x86/x86.h"

#define LOW_MEMORY_END 0x100000ull /* belongs to firmware and to dom0's drivers */
#define DIRECT_AT_BOOT (4ull << 30) /* boot.S maps so much */
#define RANGES         160

extern const char image_end[];

static struct early_range range[RANGES];
static unsigned ranges;

static void add(uint64_t start, uint64_t end)
{
    start = ROUND_UP(start, PAGE_SIZE);
    end = ROUND_DOWN(end, PAGE_SIZE);
    if (start < end && ranges < RANGES)
        range[ranges++] = (struct early_range){start, end};
}

/* Takes [start, end) out of whatever ranges it meets. */
static void reserve(uint64_t start, uint64_t end)
{
    start = ROUND_DOWN(start, PAGE_SIZE);
    end = ROUND_UP(end, PAGE_SIZE);
    for (unsigned i = 0, n = ranges; i < n; i++) {
        struct early_range *r = &range[i];

        if (end <= r->start || start >= r->end)
            continue;
        if (end < r->end)
            add(end, r->end);
        r->end = MAX(r->start, start);
    }
}

void early_init(const struct boot_info *b)
{
    for (unsigned i = 0; i < b->regions; i++)
        if (b->region[i].type == REGION_RAM)
            add(b->region[i].start, b->region[i].start + b->region[i].size);
    reserve(0, LOW_MEMORY_END);
    reserve(IMAGE_PHYS, (uint64_t)image_end - IMAGE_VA);
    for (unsigned i = 0; i < b->modules; i++)
        reserve(b->module[i].start, b->module[i].start + b->module[i].size);
}

/* The highest piece below `limit` that fits, so that low memory stays whole for the guest. */
uint64_t early_alloc(uint64_t bytes, uint64_t align)
{
    struct early_range *best = NULL;
    uint64_t best_start = 0, limit = DIRECT_AT_BOOT;

    for (unsigned i = 0; i < ranges; i++) {
        struct early_range *r = &range[i];
        uint64_t end = MIN(r->end, limit), start;

        if (end < r->start + bytes)
            continue;
        start = ROUND_DOWN(end - bytes, align);
        if (start >= r->start && start >= best_start) {
            best = r;
            best_start = start;
        }
    }
    if (!best)
        panic("not enough memory: no %lu KiB free below 4 GiB", bytes >> 10);
    add(best_start + ROUND_UP(bytes, PAGE_SIZE), best->end);
    best->end = best_start;
    memset(direct_map(best_start), 0, bytes);
    return best_start;
}

mfn_t early_frame(void)
{
    return MFN(early_alloc(PAGE_SIZE, PAGE_SIZE) >> PAGE_SHIFT);
}

unsigned early_ranges(const struct early_range **out)
{
    *out = range;
    return ranges;
}
