/* SPDX-License-Identifier: BSD-2-Clause */
/* A log-linear histogram of durations: 64 steps per power of two, so a percentile is right within 1.6 %. */
#ifndef VTRACE_HISTOGRAM_H
#define VTRACE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEPS   64u
#define HISTOGRAM_BUCKETS (HISTOGRAM_STEPS * 28)

struct histogram {
    uint64_t count, sum;
    uint32_t min, max;
    uint32_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint32_t value);

/* The value that a `share` (0 to 1) of all values do not exceed; within [min, max]. */
uint32_t histogram_percentile(const struct histogram *h, double share);

/* What is printed of every histogram. */
#define PERCENTILES 4u
extern const struct percentile {
    const char *key, *title;
    double share;
} percentiles[PERCENTILES];

/* The bucket of a value, and its lowest and highest value. */
unsigned histogram_bucket(uint32_t value);
uint32_t histogram_low(unsigned bucket);
uint32_t histogram_high(unsigned bucket);

#endif
