/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * [previous.guest] a guest may have left what looks like a description: it can make us keep memory that is
 *                  unused anyway, an eighth of it at most, and write it out, but nothing in there is believed
 */
#include "core/previous.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "trace/trace.h"

#define STEP         (2ull << 20) /* descriptions lie at multiples (core/tracing.c) */
#define MAPPED       (4ull << 30) /* as far as memory can be read this early */
#define SCHEMA_LIMIT (1u << 20)
#define BOOT_LIMIT   (1ull << 32)
#define MEMORY_SHARE 8

static struct trace_descriptor found; /* found.boot == 0: none */

struct run {
    mfn_t first;
    uint64_t frames;
};

static struct run ring_of(unsigned cpu)
{
    return (struct run){MFN(found.ring[cpu] >> PAGE_SHIFT),
                           found.ring[cpu] ? found.ring_bytes >> PAGE_SHIFT : 0};
}

static struct run text_of(const struct trace_descriptor *d)
{
    return (struct run){MFN(d->address >> PAGE_SHIFT),
                           1 + (ROUND_UP(d->header.schema_bytes, PAGE_SIZE) >> PAGE_SHIFT)};
}

static bool is_possible(const struct trace_descriptor *d)
{
    struct run text = text_of(d);

    return trace_is_description(d) && d->boot < BOOT_LIMIT && d->header.mask &&
           d->header.schema_bytes < SCHEMA_LIMIT && d->schema == d->address + PAGE_SIZE &&
           !(d->ring_bytes & (d->ring_bytes - 1)) && d->ring_bytes >= TRACE_BUFFER_MIN && d->ring_bytes <= TRACE_BUFFER_MAX &&
           mm_early_is_unused(text.first, text.frames);
}

/* A machine that had stopped recording, as it does before its end, has written its trace out. Of several descriptions
 * the newest counts; the others are damaged, so that they are not found again. */
static void look_at(uint64_t address)
{
    struct trace_descriptor *d = direct_map(address);

    if (!mm_early_is_unused(MFN(address >> PAGE_SHIFT), 1) || !trace_is_description(d))
        return;
    if (is_possible(d) && d->boot > found.boot) {
        if (found.boot)
            *(uint64_t *)direct_map(found.address) = 0;
        found = *d;
    } else
        *(uint64_t *)d->magic = 0;
}

static uint64_t ram_bytes(const struct boot_info *boot)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < boot->regions; i++)
        bytes += boot->region[i].type == REGION_RAM ? boot->region[i].size : 0;
    return bytes;
}

/* Reserves the rings that nothing lies upon. */
static void keep(uint64_t limit)
{
    uint64_t bytes = 0;
    struct run text = text_of(&found);

    mm_early_reserve(text.first, text.frames);
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        struct run ring = ring_of(i);

        if (bytes + found.ring_bytes > limit || found.ring[i] % PAGE_SIZE ||
            !mm_early_is_unused(ring.first, ring.frames))
            found.ring[i] = 0;
        if (!found.ring[i])
            continue;
        bytes += found.ring_bytes;
        mm_early_reserve(ring.first, ring.frames);
    }
}

void previous_find(const struct boot_info *boot)
{
    for (unsigned i = 0; i < boot->regions; i++) {
        const struct boot_region *r = &boot->region[i];
        uint64_t end = MIN(r->start + r->size, MAPPED);

        for (uint64_t at = ROUND_UP(r->start, STEP); r->type == REGION_RAM && at + PAGE_SIZE <= end; at += STEP)
            look_at(at);
    }
    if (found.boot)
        keep(ram_bytes(boot) / MEMORY_SHARE);
}

uint64_t previous_boot(void)
{
    return found.boot;
}

static void give_out(uint64_t address, struct run e)
{
    trace_memory_to_debug_port(address, e.frames << PAGE_SHIFT);
}

static void write_out(void)
{
    give_out(found.address, text_of(&found));
    for (unsigned i = 0; i < MAX_CPUS; i++)
        if (found.ring[i])
            give_out(found.ring[i], ring_of(i));
}

/* Written, it is not to be found a second time. */
static void release(void)
{
    struct run text = text_of(&found);

    *(uint64_t *)direct_map(found.address) = 0;
    mm_boot_release(text.first, text.frames);
    for (unsigned i = 0; i < MAX_CPUS; i++)
        if (found.ring[i])
            mm_boot_release(ring_of(i).first, ring_of(i).frames);
}

void previous_report(bool out)
{
    unsigned rings = 0;

    if (!found.boot)
        return;
    for (unsigned i = 0; i < MAX_CPUS; i++)
        rings += found.ring[i] != 0;
    printk("trace: the boot before this one left %u ring%s of %lu bytes: %s\n", rings, rings == 1 ? "" : "s",
           found.ring_bytes, out ? "written to the debug port" : "kept for a memory dump");
    if (out) {
        write_out();
        release();
    }
}
