/* SPDX-License-Identifier: BSD-2-Clause */
/* The page that says where the rings are (trace/ring.h), for whoever has nothing but the machine's memory. */
#include "lib/string.h"
#include "trace/rings.h"
#include "trace/schema_text.h"

static union {
    struct trace_descriptor d;
    uint8_t page[PAGE_SIZE];
} page __attribute__((aligned(PAGE_SIZE)));

_Static_assert(TRACE_DESCRIPTOR_CPUS == MAX_CPUS, "one place for each");

static uint64_t image_address(const void *of)
{
    return (uint64_t)of - IMAGE_VA;
}

mfn_t trace_descriptor_mfn(void)
{
    return MFN(image_address(&page) >> PAGE_SHIFT);
}

static uint64_t ring_address(const struct trace_ring *r)
{
    return r ? mfn_of(r).n << PAGE_SHIFT : 0;
}

/* The last page of the schema also holds some of our constants. */
void trace_each_frame(void (*call)(mfn_t m))
{
    uint64_t schema = image_address(trace_schema);

    call(trace_descriptor_mfn());
    for (uint64_t at = schema; at < schema + trace_schema_bytes; at += PAGE_SIZE)
        call(MFN(at >> PAGE_SHIFT));
}

static uint64_t fnv1a(const uint8_t *data, uint64_t bytes)
{
    uint64_t h = 0xcbf29ce484222325ull;

    for (uint64_t i = 0; i < bytes; i++)
        h = (h ^ data[i]) * 0x100000001b3ull;
    return h;
}

void trace_describe(void)
{
    struct trace_descriptor *d = &page.d;

    *d = (struct trace_descriptor){
        .version = TRACE_DESCRIPTOR_VERSION,
        .bytes = sizeof(*d),
        .address = image_address(d),
        .header = trace_file_header(trace_mask),
        .schema = image_address(trace_schema),
    };
    memcpy(d->magic, TRACE_DESCRIPTOR_MAGIC, sizeof(d->magic));
    for (unsigned i = 0; i < MAX_CPUS; i++)
        d->ring[i] = ring_address(trace_rings[i]);
    d->checksum = fnv1a(page.page, sizeof(*d));
}
