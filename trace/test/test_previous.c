/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a boot finds of the one before it (core/previous.c), in 64 MiB of memory of ours. [previous.guest] Whatever lies
 * there, only unused memory is kept, an eighth at most, and only what was kept is written out and given back. TAP.
 */
#define _GNU_SOURCE
#include "ci/tap.h"
#include "core/previous.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include "trace/trace.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY (64ull << 20)
#define FRAMES (MEMORY >> PAGE_SHIFT)
#define STEP   (2ull << 20)
#define RING   (256ull << 10)
#define AT     (3 * STEP)

/* --- The machine: which frames are in use, what was written out --- */

static uint8_t is_used[FRAMES];
static uint64_t reserved, released, written;
static bool has_failed;

void printk(const char *fmt, ...)
{
}

bool mm_early_is_unused(mfn_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (first.n + i >= FRAMES || is_used[first.n + i])
            return false;
    return true;
}

void mm_early_reserve(mfn_t first, uint64_t count)
{
    has_failed |= !mm_early_is_unused(first, count);
    for (uint64_t i = 0; i < count && first.n + i < FRAMES; i++)
        is_used[first.n + i] = 2;
    reserved += count;
}

/* Frames that were kept, each once. */
static void take(uint64_t first, uint64_t count, uint8_t state)
{
    for (uint64_t i = 0; i < count; i++) {
        has_failed |= first + i >= FRAMES || is_used[first + i] != state;
        if (first + i < FRAMES)
            is_used[first + i]++;
    }
}

void trace_memory_to_debug_port(uint64_t address, uint64_t bytes)
{
    take(address >> PAGE_SHIFT, bytes >> PAGE_SHIFT, 2);
    written += bytes >> PAGE_SHIFT;
}

void mm_boot_release(mfn_t first, uint64_t count)
{
    take(first.n, count, 3);
    released += count;
}

bool trace_is_description(const struct trace_descriptor *d)
{
    return !memcmp(d->magic, TRACE_DESCRIPTOR_MAGIC, sizeof(d->magic)) &&
           d->address == (uint64_t)d - DIRECT_VA;
}

/* --- Descriptions --- */

static struct trace_descriptor *describe(uint64_t at, uint64_t boot)
{
    struct trace_descriptor *d = direct_map(at);

    *d = (struct trace_descriptor){
        .address = at, .boot = boot, .header = {.mask = 1, .schema_bytes = 5000}, .schema = at + PAGE_SIZE,
        .ring_bytes = RING, .ring = {at + STEP, at + STEP + RING}};
    memcpy(d->magic, TRACE_DESCRIPTOR_MAGIC, sizeof(d->magic));
    return d;
}

#define TEXT_FRAMES 3 /* the description and 5000 bytes */
#define RING_FRAMES (RING >> PAGE_SHIFT)

static const struct boot_info machine = {
    .regions = 2, .region = {{0, MEMORY, REGION_RAM}, {MEMORY, MEMORY, REGION_RESERVED}}};

static bool is_marked(uint64_t at)
{
    return !memcmp(direct_map(at), TRACE_DESCRIPTOR_MAGIC, 8);
}

/* In a process of its own, since what is found is found once. True: so many frames were kept, written and, as they
 * were, given back; nothing is found when `frames` is 0. */
static bool finds(void (*prepare)(void), uint64_t boot, uint64_t frames)
{
    int status;

    if (fork() == 0) {
        prepare();
        previous_find(&machine);
        has_failed |= previous_boot() != boot || reserved != frames;
        previous_report(true);
        has_failed |= written != frames || released != frames || is_marked(AT) || is_marked(AT - STEP);
        _exit(has_failed);
    }
    return wait(&status) > 0 && !status;
}

#define DESCRIBED(name, ...)                              \
    static void name(void)                                \
    {                                                     \
        struct trace_descriptor *d = describe(AT, 7);     \
                                                          \
        (void)d;                                          \
        __VA_ARGS__;                                      \
    }
DESCRIBED(good, )
DESCRIBED(not_recording, d->header.mask = 0)
DESCRIBED(no_number, d->boot = 0)
DESCRIBED(large_number, d->boot = 1ull << 32)
DESCRIBED(schema_elsewhere, d->schema += PAGE_SIZE)
DESCRIBED(schema_long, d->header.schema_bytes = 1 << 20)
DESCRIBED(ring_odd, d->ring_bytes = RING + PAGE_SIZE)
DESCRIBED(ring_small, d->ring_bytes = TRACE_BUFFER_MIN / 2)
DESCRIBED(ring_large, d->ring_bytes = TRACE_BUFFER_MAX * 2)
DESCRIBED(text_used, is_used[(AT >> PAGE_SHIFT) + 2] = 1)
DESCRIBED(page_used, is_used[AT >> PAGE_SHIFT] = 1)
DESCRIBED(elsewhere, d->address += PAGE_SIZE; d->schema += PAGE_SIZE)
DESCRIBED(ring_used, is_used[((AT + STEP + RING) >> PAGE_SHIFT) + 5] = 1)
DESCRIBED(ring_unaligned, d->ring[1] += 64)
DESCRIBED(ring_outside, d->ring[1] = MEMORY - PAGE_SIZE)
DESCRIBED(ring_twice, d->ring[1] = d->ring[0])
DESCRIBED(ring_on_text, d->ring[1] = AT)
DESCRIBED(too_many, for (int i = 0; i < 8; i++) d->ring[i] = AT + (1 + i) * STEP; d->ring_bytes = STEP)

/* The other one is not found by a boot after this one. */
static void two(void)
{
    describe(AT, 7);
    describe(AT - STEP, 6);
}

static void two_newest_first(void)
{
    describe(AT, 6);
    describe(AT - STEP, 7);
}

static bool leaves_alone(void (*prepare)(void))
{
    int status;

    if (fork() == 0) {
        prepare();
        previous_find(&machine);
        _exit(!is_marked(AT) || previous_boot() || reserved);
    }
    return wait(&status) > 0 && !status;
}

static bool is_kept_for_a_dump(void)
{
    int status;

    if (fork() == 0) {
        describe(AT, 7);
        previous_find(&machine);
        previous_report(false);
        _exit(!is_marked(AT) || released || written || reserved != TEXT_FRAMES + 2 * RING_FRAMES);
    }
    return wait(&status) > 0 && !status;
}

int main(void)
{
    if (mmap((void *)DIRECT_VA, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
        MAP_FAILED)
        return 2;
    check(finds(good, 7, TEXT_FRAMES + 2 * RING_FRAMES), "what is right is kept, written and given back");
    check(is_kept_for_a_dump(), "without a debug port it stays where it is");
    check(finds(not_recording, 0, 0), "a machine that had stopped recording left nothing");
    check(finds(no_number, 0, 0) && finds(large_number, 0, 0), "a number no boot can have");
    check(finds(schema_elsewhere, 0, 0) && finds(schema_long, 0, 0), "a schema elsewhere, or too long");
    check(finds(ring_odd, 0, 0) && finds(ring_small, 0, 0) && finds(ring_large, 0, 0), "rings of impossible sizes");
    check(finds(text_used, 0, 0), "a schema in memory that is used");
    check(leaves_alone(page_used), "what lies in a page that is used is not even changed");
    check(leaves_alone(elsewhere), "nor what says that it lies elsewhere");
    check(finds(ring_used, 7, TEXT_FRAMES + RING_FRAMES), "a ring in memory that is used");
    check(finds(ring_unaligned, 7, TEXT_FRAMES + RING_FRAMES), "a ring that begins within a page");
    check(finds(ring_outside, 7, TEXT_FRAMES + RING_FRAMES), "a ring that ends outside of memory");
    check(finds(ring_twice, 7, TEXT_FRAMES + RING_FRAMES), "the same ring for two CPUs");
    check(finds(ring_on_text, 7, TEXT_FRAMES + RING_FRAMES), "a ring upon the description");
    check(finds(too_many, 7, TEXT_FRAMES + 4 * (STEP >> PAGE_SHIFT)), "no more than an eighth of memory");
    check(finds(two, 7, TEXT_FRAMES + 2 * RING_FRAMES), "of two the newest");
    check(finds(two_newest_first, 7, TEXT_FRAMES + 2 * RING_FRAMES), "wherever it lies");
    return check_end();
}
