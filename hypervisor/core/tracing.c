/* SPDX-License-Identifier: BSD-2-Clause */
/* The trace's beginning, with memory for its rings, and its end, when the machine stops. */
#include "core/tracing.h"
#include "core/options.h"
#include "core/previous.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include "trace/selftest.h"

/* A description begins at a multiple of 2 MiB, so that the next boot does not have to look at every page. */
#define PLACES 512

/* dom0's tools map what they read (vantage_op.h). */
static void publish(mfn_t m)
{
    frame_publish(m, false);
}

static void *published(uint64_t bytes)
{
    uint8_t *memory = hv_alloc((unsigned)__builtin_ctzll(bytes / PAGE_SIZE));

    if (!memory)
        cannot_start("option trace_buf: there is no memory for a ring of %lu bytes", bytes);
    for (uint64_t at = 0; at < bytes; at += PAGE_SIZE)
        publish(mfn_of(memory + at));
    return memory;
}

static void ring_create(struct cpu *c)
{
    uint64_t bytes = options.trace.buffer_bytes ? options.trace.buffer_bytes : TRACE_BUFFER_DEFAULT;

    trace_cpu_init(c, published(bytes), bytes, options.trace.mode);
    trace_copy_init(c, published(TRACE_COPY_BYTES));
    trace_histograms_init(c, published(TRACE_HISTOGRAMS_BYTES));
}

void tracing_cpu_start(struct cpu *c)
{
    ring_create(c);
}

static void selftest(void)
{
    unsigned order = (unsigned)__builtin_ctzll(TRACE_SELFTEST_RING_BYTES / PAGE_SIZE);
    void *memory = hv_alloc(order), *copy = hv_alloc(order);

    if (!memory || !copy)
        cannot_start("option trace_selftest: there is no memory for it");
    trace_selftest_cost();
    trace_selftest_step(memory, copy);
    hv_free(memory, order);
    hv_free(copy, order);
}

void tracing_place(const struct boot_info *boot)
{
    uint64_t bytes = trace_description_bytes();

    previous_find(boot);
    trace_describe_in(frame_data(mm_early_alloc(bytes >> PAGE_SHIFT, PLACES)), previous_boot() + 1);
}

void tracing_start(void)
{
    previous_report(options.trace.out_debugcon && trace_has_debug_port());
    trace_each_frame(publish);
    tracing_cpu_start(this_cpu());
    if (options.trace.selftest)
        selftest();
    trace_choose(&options.trace.set);
}

/* The machine is about to stand still, or to begin anew. */
void on_machine_end(bool failed)
{
    static bool is_done;

    if (is_done)
        return;
    is_done = true;
    if (failed)
        trace_print_recent(32);
    if (options.trace.out_debugcon)
        trace_to_debug_port();
}
