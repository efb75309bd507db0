/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page that says where the rings are (trace/ring.h), for whoever has nothing but the machine's memory; the
 * schema is behind it. It lies outside of our image, which a loader writes anew when the machine starts again.
 */
#include "lib/string.h"
#include "trace/rings.h"
#include "trace/schema_text.h"

static struct trace_descriptor *page; /* NULL: nothing is described */
static uint64_t boot;

_Static_assert(TRACE_DESCRIPTOR_CPUS == MAX_CPUS, "one place for each");
_Static_assert(sizeof(struct trace_descriptor) <= PAGE_SIZE, "the schema is in the pages behind it");

mfn_t trace_descriptor_mfn(void)
{
    return mfn_of(page);
}

static uint64_t ring_address(const struct trace_ring *r)
{
    return r ? mfn_of(r).n << PAGE_SHIFT : 0;
}

void trace_each_frame(void (*call)(mfn_t m))
{
    for (uint64_t at = 0; at < trace_description_bytes(); at += PAGE_SIZE)
        call(mfn_of((const char *)page + at));
}

static uint64_t checksum_of(struct trace_descriptor d)
{
    uint64_t h = 0xcbf29ce484222325ull;

    d.checksum = 0;
    for (uint64_t i = 0; i < sizeof(d); i++)
        h = (h ^ ((const uint8_t *)&d)[i]) * 0x100000001b3ull;
    return h;
}

bool trace_is_description(const struct trace_descriptor *d)
{
    return !memcmp(d->magic, TRACE_DESCRIPTOR_MAGIC, sizeof(d->magic)) &&
           d->version == TRACE_DESCRIPTOR_VERSION && d->bytes == sizeof(*d) &&
           d->address == mfn_of(d).n << PAGE_SHIFT && d->checksum == checksum_of(*d);
}

uint64_t trace_description_bytes(void)
{
    return PAGE_SIZE + ROUND_UP(trace_schema_bytes, PAGE_SIZE);
}

void trace_describe_in(void *memory, uint64_t number)
{
    page = memory;
    boot = number;
    memcpy((char *)memory + PAGE_SIZE, trace_schema, trace_schema_bytes);
}

void trace_describe(void)
{
    struct trace_descriptor d = {
        .version = TRACE_DESCRIPTOR_VERSION,
        .bytes = sizeof(d),
        .boot = boot,
        .header = trace_file_header(trace_mask),
    };

    if (!page)
        return;
    memcpy(d.magic, TRACE_DESCRIPTOR_MAGIC, sizeof(d.magic));
    d.address = mfn_of(page).n << PAGE_SHIFT;
    d.schema = d.address + PAGE_SIZE;
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        d.ring[i] = ring_address(trace_rings[i]);
        d.ring_bytes = trace_rings[i] ? trace_rings[i]->bytes : d.ring_bytes;
    }
    d.checksum = checksum_of(d);
    *page = d;
}
