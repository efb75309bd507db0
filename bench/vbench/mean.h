/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Geometric means: the mean for ratios.
 */
#ifndef BENCH_VBENCH_MEAN_H
#define BENCH_VBENCH_MEAN_H

#include <math.h>

struct mean {
    double logarithms;
    unsigned n;
};

/* Adds a ratio; one that is NAN or not above 0 is no ratio. */
static inline void mean_add(struct mean *m, double ratio)
{
    if (!(ratio > 0))
        return;
    m->logarithms += log(ratio);
    m->n++;
}

/* NAN without any ratio. */
static inline double mean_value(const struct mean *m)
{
    return m->n ? exp(m->logarithms / m->n) : NAN;
}

#endif
