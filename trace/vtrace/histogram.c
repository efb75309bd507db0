/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bucket of a value: below 64 the value itself; above, 64 buckets for each power of two.
 *
 *      value = (64 + step) << shift        bucket = 64 * (shift + 1) + step
 */
#include "trace/vtrace/histogram.h"

static unsigned bucket_of(uint32_t value)
{
    unsigned shift;

    if (value < HISTOGRAM_STEPS)
        return value;
    shift = 25 - (unsigned)__builtin_clz(value);
    return HISTOGRAM_STEPS * (shift + 1) + (value >> shift) - HISTOGRAM_STEPS;
}

/* The highest value of a bucket. */
static uint32_t value_of(unsigned bucket)
{
    unsigned shift;

    if (bucket < HISTOGRAM_STEPS)
        return bucket;
    shift = bucket / HISTOGRAM_STEPS - 1;
    return (uint32_t)(((uint64_t)(HISTOGRAM_STEPS + bucket % HISTOGRAM_STEPS + 1) << shift) - 1);
}

void histogram_add(struct histogram *h, uint32_t value)
{
    if (!h->count || value < h->min)
        h->min = value;
    if (value > h->max)
        h->max = value;
    h->count++;
    h->sum += value;
    h->buckets[bucket_of(value)]++;
}

uint32_t histogram_percentile(const struct histogram *h, double share)
{
    uint64_t wanted = (uint64_t)((double)h->count * share + 0.999999), seen = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen >= wanted && seen) {
            uint32_t v = value_of(i);

            return v > h->max ? h->max : v < h->min ? h->min : v;
        }
    }
    return h->max;
}
