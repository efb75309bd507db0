/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bucket of a value: below 64 the value itself; above, 64 buckets for each power of two.
 *
 *      value = (64 + step) << shift        bucket = 64 * (shift + 1) + step
 */
#include "trace/vtrace/histogram.h"

const struct percentile percentiles[PERCENTILES] = {
    {"p50_ns", "median", 0.5}, {"p90_ns", "p90", 0.9}, {"p99_ns", "p99", 0.99}, {"p999_ns", "p99.9", 0.999}};

unsigned histogram_bucket(uint32_t value)
{
    unsigned shift;

    if (value < HISTOGRAM_STEPS)
        return value;
    shift = 25 - (unsigned)__builtin_clz(value);
    return HISTOGRAM_STEPS * (shift + 1) + (value >> shift) - HISTOGRAM_STEPS;
}

uint32_t histogram_high(unsigned bucket)
{
    unsigned shift;

    if (bucket < HISTOGRAM_STEPS)
        return bucket;
    shift = bucket / HISTOGRAM_STEPS - 1;
    return (uint32_t)(((uint64_t)(HISTOGRAM_STEPS + bucket % HISTOGRAM_STEPS + 1) << shift) - 1);
}

uint32_t histogram_low(unsigned bucket)
{
    return bucket ? histogram_high(bucket - 1) + 1 : 0;
}

void histogram_add(struct histogram *h, uint32_t value)
{
    if (!h->count || value < h->min)
        h->min = value;
    if (value > h->max)
        h->max = value;
    h->count++;
    h->sum += value;
    h->buckets[histogram_bucket(value)]++;
}

uint32_t histogram_percentile(const struct histogram *h, double share)
{
    uint64_t wanted = (uint64_t)((double)h->count * share + 0.999999), seen = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen >= wanted && seen) {
            uint32_t v = histogram_high(i);

            return v > h->max ? h->max : v < h->min ? h->min : v;
        }
    }
    return h->max;
}
