/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema as one constant text (trace/schema.h says what is in it). Also compiled into the tools. */
#include "trace/schema_text.h"
#include "trace/schema.h"

#define NAME           SCHEMA_NAME
#define EVENT          SCHEMA_EVENT
#define HISTOGRAM      SCHEMA_HISTOGRAM
#define HC(nr, name)   SCHEMA_NAME(hypercall, nr, name)
#define HC0(nr, name, ...) HC(nr, name)
#define HC1(nr, name, ...) HC(nr, name)
#define HC2(nr, name, ...) HC(nr, name)
#define HC3(nr, name, ...) HC(nr, name)
#define HC4(nr, name, ...) HC(nr, name)

const char trace_schema[] __attribute__((aligned(4096))) = /* whole pages, for readers that map it */
    "V\t1\n" SCHEMA_CLASSES
#include "hypervisor/hypercalls.def"
#include "trace/enums.def"
#include "trace/events.def"
#include "trace/histograms.def"
    ;

const uint32_t trace_schema_bytes = sizeof(trace_schema) - 1;

/* Two FNV-1a hashes of 64 bits with different seeds: the identity of the schema, not a defence. */
static uint64_t hash(uint64_t h)
{
    for (const char *s = trace_schema; *s; s++)
        h = (h ^ (uint8_t)*s) * 0x100000001b3ull;
    return h;
}

void trace_schema_uuid(uint8_t uuid[16])
{
    const uint64_t seeds[2] = {0xcbf29ce484222325ull, 0x9ae16a3b2f90404full};

    for (unsigned i = 0; i < 16; i++)
        uuid[i] = (uint8_t)(hash(seeds[i / 8]) >> 8 * (i % 8));
}
