/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting into the histograms that are always kept. Only a CPU itself counts into its own, with interrupts off and
 * never from an NMI, so nothing here has to be atomic.
 */
#include "trace/histogram.h"
#include "lib/string.h"
#include "trace/rings.h"

/* One in 1 to 256 is measured: a fixed distance would fall into step with a guest's loop. */
#define SAMPLE_MASK 255

void trace_histograms_init(struct cpu *c, void *memory)
{
    struct trace_histograms *h = memory;

    memset(h, 0, TRACE_HISTOGRAMS_BYTES);
    memcpy(h->magic, FILE_HISTOGRAMS, sizeof(h->magic));
    h->bytes = sizeof(*h) + TRACE_ROWS * sizeof(h->row[0]);
    h->cpu = c->id;
    h->rows = TRACE_ROWS;
    h->steps = TRACE_STEPS;
    h->buckets = TRACE_BUCKETS;
    c->sample_seed = c->id + 1;
    c->histograms = h;
    ((struct trace_ring *)c->trace)->histograms = mfn_of(h).n << PAGE_SHIFT;
}

void trace_count(enum trace_row row, uint64_t value)
{
    struct trace_histograms *all = this_cpu()->histograms;

    if (all)
        trace_histogram_add(&all->row[row], value);
}

void on_shootdown(uint64_t ticks)
{
    trace_count(TRACE_ROW_shootdown, ticks);
}

int trace_distance(bool all)
{
    struct cpu *c = this_cpu();

    if (all)
        return 0;
    c->sample_seed = c->sample_seed * 1103515245 + 12345;
    return 1 + (int)(c->sample_seed >> 16 & SAMPLE_MASK);
}

/* One that counts its own hypercalls at that very moment may not notice until it has counted them down. */
void trace_sample_now(void)
{
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        if (!trace_rings[i])
            continue;
        __atomic_store_n(&cpu_by_id(i)->hypercalls_left, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&cpu_by_id(i)->events_left, 0, __ATOMIC_RELAXED);
    }
}
