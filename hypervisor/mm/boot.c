/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory before there is a heap, and the birth of the frame table, the M2P and the heap.
 *
 * Early allocations come from the top of RAM below 4 GiB, which is what the boot code maps.
 */
#include "lib/string.h"
#include "mm/alloc.h"
#include "mm/frame.h"
#include "mm/m2p.h"

#define MAX_RANGES 64
#define CHUNK      512ull            /* frames in 2 MiB */
#define LOW_FRAMES (1ull << (32 - PAGE_SHIFT))

struct range {
    uint64_t first, end;
};

/* Written on the boot CPU only. */
static struct range ram[MAX_RANGES], unused[MAX_RANGES];
static unsigned ram_count, unused_count;

static void range_add(struct range *list, unsigned *count, uint64_t first, uint64_t end)
{
    if (first >= end)
        return;
    BUG_ON(*count == MAX_RANGES);
    list[(*count)++] = (struct range){first, end};
}

void mm_early_ram(mfn_t first, uint64_t count)
{
    range_add(ram, &ram_count, first.n, first.n + count);
    range_add(unused, &unused_count, first.n, first.n + count);
}

void mm_early_reserve(mfn_t first, uint64_t count)
{
    uint64_t end = first.n + count;

    for (unsigned i = 0; i < unused_count; i++) {
        struct range r = unused[i];

        if (r.end <= first.n || r.first >= end)
            continue;
        unused[i] = unused[--unused_count];
        i--; /* look at the one moved here; the parts added below do not overlap */
        range_add(unused, &unused_count, r.first, first.n);
        range_add(unused, &unused_count, end, r.end);
    }
}

bool mm_early_is_unused(mfn_t first, uint64_t count)
{
    for (unsigned i = 0; i < unused_count; i++)
        if (first.n >= unused[i].first && first.n < unused[i].end && count <= unused[i].end - first.n)
            return true;
    return false;
}

static mfn_t early_find(uint64_t count, uint64_t align)
{
    uint64_t best = 0;

    for (unsigned i = 0; i < unused_count; i++) {
        uint64_t end = MIN(unused[i].end, LOW_FRAMES);
        uint64_t first = end < count ? 0 : ROUND_DOWN(end - count, align);

        if (first >= unused[i].first && first > best)
            best = first;
    }
    return best ? MFN(best) : MFN_NONE;
}

mfn_t mm_early_alloc(uint64_t count, uint64_t align)
{
    mfn_t m = early_find(count, align);

    if (mfn_is_none(m))
        panic("not enough memory below 4 GiB: %lu pages in one piece needed", (unsigned long)count);
    mm_early_reserve(m, count);
    memset(frame_data(m), 0, count << PAGE_SHIFT);
    return m;
}

mfn_t mm_early_frame(void)
{
    return mm_early_alloc(1, 1);
}

static uint64_t highest_frame(void)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < ram_count; i++)
        end = MAX(end, ram[i].end);
    return end;
}

/* Memory for a table that is mapped at one of our addresses in 2 MiB pages. */
static mfn_t large_table(uint64_t va, uint64_t bytes, bool guest_reads)
{
    uint64_t frames = ROUND_UP(bytes >> PAGE_SHIFT, CHUNK);
    mfn_t m = mm_early_alloc(frames, CHUNK);

    paging_map_large(va, m.n << PAGE_SHIFT, frames << PAGE_SHIFT, guest_reads);
    return m;
}

static void records_init(void)
{
    for (uint64_t n = 0; n < frame_count; n++)
        *frame_of(MFN(n)) = (struct frame){.own = OWN_IO};
    for (unsigned i = 0; i < ram_count; i++)
        for (uint64_t n = ram[i].first; n < ram[i].end; n++)
            frame_of(MFN(n))->own = OWN_OURS;
}

void mm_boot_init(unsigned phys_bits)
{
    uint64_t frames = highest_frame();
    uint64_t m2p_size = ROUND_UP(frames * 8, CHUNK << PAGE_SHIFT);
    size_t heap_size = ROUND_UP(heap_bytes(frames), PAGE_SIZE);

    frame_limit = 1ull << (phys_bits - PAGE_SHIFT);
    large_table(FRAMES_VA, ROUND_UP(frames * sizeof(struct frame), PAGE_SIZE), false);
    mfn_t m2p_at = large_table(M2P_VA, m2p_size, true);
    mfn_t heap_at = mm_early_alloc(heap_size >> PAGE_SHIFT, 1);

    frame_count = frames;
    records_init();
    m2p_init(frame_data(m2p_at), m2p_size);
    heap_init(frames, frame_data(heap_at));
    for (uint64_t n = 0; n < m2p_size >> PAGE_SHIFT; n++)
        frame_publish(MFN(m2p_at.n + n), false);
    for (unsigned i = 0; i < unused_count; i++)
        heap_add(MFN(unused[i].first), unused[i].end - unused[i].first);
}

void mm_boot_release(mfn_t first, uint64_t count)
{
    for (uint64_t n = first.n; n < first.n + count; n++)
        BUG_ON(!frame_exists(MFN(n)) || frame_of(MFN(n))->own != OWN_OURS);
    heap_add(first, count);
}

uint64_t mm_ram_frames(void)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < ram_count; i++)
        n += ram[i].end - ram[i].first;
    return n;
}

uint64_t mm_max_frame(void)
{
    return frame_count;
}
