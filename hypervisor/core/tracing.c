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

static void ring_create(struct cpu *c)
{
    uint64_t bytes = options.trace.buffer_bytes ? options.trace.buffer_bytes : TRACE_BUFFER_DEFAULT;
    void *memory = hv_alloc((unsigned)__builtin_ctzll(bytes / PAGE_SIZE));

    if (!memory)
        cannot_start("option trace_buf: there is no memory for a ring of %lu bytes", bytes);
    trace_cpu_init(c, memory, bytes, options.trace.mode);
}

void tracing_cpu_start(struct cpu *c)
{
    if (options.trace.mask)
        ring_create(c);
}

static void selftest(void)
{
    unsigned order = (unsigned)__builtin_ctzll(TRACE_SELFTEST_RING_BYTES / PAGE_SIZE);
    void *memory = hv_alloc(order), *copy = hv_alloc(order);

    if (!this_cpu()->trace || !memory || !copy)
        cannot_start("option trace_selftest: it wants trace= as well, and memory");
    trace_selftest_cost();
    trace_selftest_step(memory, copy);
    hv_free(memory, order);
    hv_free(copy, order);
}

void tracing_place(const struct boot_info *boot)
{
    uint64_t bytes = trace_description_bytes();

    previous_find(boot);
    if (options.trace.mask)
        trace_describe_in(frame_data(mm_early_alloc(bytes >> PAGE_SHIFT, PLACES)), previous_boot() + 1);
}

void tracing_start(void)
{
    previous_report(options.trace.out_debugcon && trace_has_debug_port());
    tracing_cpu_start(this_cpu());
    if (options.trace.selftest)
        selftest();
    trace_set_mask(options.trace.mask);
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
