/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The histograms that are always kept (histograms.def), in memory and in files; shared by the hypervisor and the
 * tools. Each CPU has one struct trace_histograms, which its ring says the address of; a file has it as a section.
 *
 * Log-linear: 8 buckets for each power of two, so a bucket is at most an eighth of its lowest value wide.
 *
 *      value = (8 + step) << shift         bucket = 8 * (shift + 1) + step        below 8: the value itself
 *
 * [histogram.exact]  a value is counted once, in its bucket; who reads while a CPU counts sees each number whole,
 *                    and the sum and the largest at most one value ahead or behind
 */
#ifndef TRACE_HISTOGRAM_H
#define TRACE_HISTOGRAM_H

#include <stdint.h>

#define FILE_HISTOGRAMS "VANTHIST"

#define TRACE_STEPS_SHIFT 3
#define TRACE_STEPS       (1u << TRACE_STEPS_SHIFT)
#define TRACE_VALUE_BITS  41 /* larger values are in the last bucket */
#define TRACE_BUCKETS     (TRACE_STEPS * (TRACE_VALUE_BITS - TRACE_STEPS_SHIFT + 1))

struct trace_histogram {
    uint64_t sum, max;
    uint64_t bucket[TRACE_BUCKETS];
};

struct trace_histograms {
    char magic[8];           /* with `bytes` a file_section (ring.h) */
    uint64_t bytes;
    uint32_t cpu, rows;      /* rows: as many as follow */
    uint32_t steps, buckets; /* TRACE_STEPS, TRACE_BUCKETS of the writer */
    struct trace_histogram row[];
};

static inline unsigned trace_bucket(uint64_t value)
{
    unsigned shift;

    if (value < TRACE_STEPS)
        return (unsigned)value;
    if (value >> TRACE_VALUE_BITS)
        return TRACE_BUCKETS - 1;
    shift = (63 ^ (unsigned)__builtin_clzll(value)) - TRACE_STEPS_SHIFT;
    return TRACE_STEPS * shift + (unsigned)(value >> shift);
}

static inline void trace_histogram_add(struct trace_histogram *h, uint64_t value)
{
    h->bucket[trace_bucket(value)]++;
    h->sum += value;
    if (value > h->max)
        h->max = value;
}

/* The lowest value of a bucket; that of the one behind the last, too. */
static inline uint64_t trace_bucket_low(unsigned bucket)
{
    if (bucket < TRACE_STEPS)
        return bucket;
    return (uint64_t)(TRACE_STEPS + bucket % TRACE_STEPS) << (bucket / TRACE_STEPS - 1);
}

#endif
