/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace buffers: what each CPU's trace ring holds and lost. */
#include "trace/vtrace/json.h"

#include <inttypes.h>

static uint64_t content(const struct ring *r)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < r->count; i++)
        bytes += r->packets[i].bytes - TRACE_HEADER_BYTES;
    return bytes;
}

static double covered_ns(const struct trace *t, const struct ring *r)
{
    const struct packet_header *last = r->count ? r->packets[r->count - 1].header : NULL;

    return last && last->end > r->packets[0].header->begin ?
               ticks_ns(t, last->end - r->packets[0].header->begin) : 0;
}

static void print_buffers(const struct trace *t)
{
    static const char *const modes[] = {"overwrite", "drop", "freeze"};
    char time[32];

    printf("\ntrace buffers\n    %-5s %-9s %8s %10s %6s %11s %11s %9s %9s\n", "CPU", "mode", "packets", "records",
           "filled", "overwritten", "dropped", "damaged", "covers");
    for (size_t i = 0; i < t->ring_count; i++) {
        const struct ring *r = &t->rings[i];
        uint64_t room = r->count * (uint64_t)(TRACE_PACKET_BYTES - TRACE_HEADER_BYTES);

        printf("    %-5u %-9s %8zu %10" PRIu64 " %5.1f%% %11" PRIu64 " %11" PRIu64 " %9" PRIu64 " %9s\n",
               r->said.cpu, r->said.mode < 3 ? modes[r->said.mode] : "?", r->count, r->records,
               room ? 100.0 * (double)content(r) / (double)room : 0, r->overwritten, r->said.dropped,
               r->damaged, text_ns(time, sizeof(time), covered_ns(t, r)));
    }
}

static json_t *json_buffers(const struct trace *t)
{
    json_t *all = json_array();

    for (size_t i = 0; i < t->ring_count; i++) {
        const struct ring *r = &t->rings[i];

        json_array_append_new(
            all, json_pack("{s:i,s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "cpu", (int)r->said.cpu, "mode",
                           (int)r->said.mode, "packets", (json_int_t)r->count, "records",
                           (json_int_t)r->records, "content_bytes", (json_int_t)content(r), "overwritten",
                           (json_int_t)r->overwritten, "dropped", (json_int_t)r->said.dropped, "damaged",
                           (json_int_t)r->damaged, "covers_ns", covered_ns(t, r)));
    }
    return all;
}

int verb_buffers(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);
    int status;

    if (option_given(o, 'j'))
        json_print(json_pack("{s:o,s:o}", "completeness", json_completeness(t), "buffers", json_buffers(t)), false);
    else {
        print_completeness(stdout, t);
        print_buffers(t);
    }
    status = exit_status(t);
    trace_close(t);
    return status;
}
