/* SPDX-License-Identifier: BSD-2-Clause */
/* The rings as text: a table, then the stages of each one's requests. */
#include "trace/vtrace/rings/rings.h"

#include <inttypes.h>

/* A virtual disk as Linux calls it: xvda, xvdb1. Only those of the first 26 that have 16 numbers each. */
static void disk_name(char *out, size_t size, uint32_t device)
{
    uint32_t disk = (device & 0xff) / 16, part = device % 16;

    if (device >> 8 != 202)
        snprintf(out, size, "vbd%" PRIu32, device);
    else if (part)
        snprintf(out, size, "xvd%c%" PRIu32, (char)('a' + disk), part);
    else
        snprintf(out, size, "xvd%c", (char)('a' + disk));
}

static void device_name(char *out, size_t size, const struct io_ring *g)
{
    static const char *const names[RING_KINDS] = {"disk", "vif tx", "vif rx", "console", "xenstore"};

    if (g->kind >= RING_KINDS)
        snprintf(out, size, "kind %u", g->kind);
    else if (!g->entries || g->kind == RING_CONSOLE || g->kind == RING_XENSTORE)
        snprintf(out, size, "%s", names[g->kind]);
    else if (g->kind == RING_BLOCK)
        disk_name(out, size, g->device);
    else
        snprintf(out, size, "vif%" PRIu32 " %s", g->device, g->kind == RING_NET_TX ? "tx" : "rx");
}

const char *ring_name(char *out, size_t size, const struct io_ring *g)
{
    char device[32], queue[16] = "";

    device_name(device, sizeof(device), g);
    if (g->queue)
        snprintf(queue, sizeof(queue), " q%u", g->queue);
    snprintf(out, size, "d%u %s%s", g->domain, device, queue);
    return out;
}

double occupancy_mean(const struct io_ring *g, enum ring_side side)
{
    uint64_t counted = g->samples - g->wild;

    return counted ? (double)g->occupancy[side].sum / (double)counted : 0;
}

static double per(uint64_t items, uint64_t of)
{
    return of ? (double)items / (double)of : 0;
}

static void print_flow(const struct io_ring *g, enum ring_side side, const char *name)
{
    static const char *const what[2][SIDES] = {{"requests", "responses"}, {"bytes to back", "bytes to front"}};
    const struct flow *f = &g->flow[side];
    bool has_occupancy = side == SIDE_FRONT || ring_is_bytes(g);

    printf("    %-18s %-14s %10" PRIu64 " %10" PRIu64 " %8" PRIu64 " %11" PRIu64 " %10.2f %7" PRIu64, name,
           what[ring_is_bytes(g)][side], f->items, f->notifications, f->empty, f->unannounced,
           per(f->items, f->batches), f->batch_max);
    if (has_occupancy)
        printf(" %8.2f %7" PRIu64, occupancy_mean(g, side), g->occupancy[side].max);
    if (has_occupancy && side == SIDE_FRONT && g->entries)
        printf(" %7" PRIu32, g->entries);
    putchar('\n');
}

static void print_table(const struct io_rings *all)
{
    char name[64];

    printf("\nI/O rings\n    %-18s %-14s %10s %10s %8s %11s %10s %7s %8s %7s %7s\n", "ring", "direction", "items",
           "notified", "empty", "unannounced", "batch mean", "max", "inside", "max", "of");
    for (size_t i = 0; i < io_rings_count(all); i++) {
        const struct io_ring *g = io_rings_at(all, i);

        if (!g->is_wanted)
            continue;
        print_flow(g, SIDE_FRONT, ring_name(name, sizeof(name), g));
        print_flow(g, SIDE_BACK, "");
        if (g->wild)
            printf("    %-18s %" PRIu64 " of %" PRIu64 " samples contradict each other or the ring's size\n", "",
                   g->wild, g->samples);
    }
    if (io_rings_beyond(all))
        printf("    %" PRIu64 " samples of further rings\n", io_rings_beyond(all));
}

static void print_stage(const struct trace *t, const struct io_ring *g, enum stage s)
{
    const struct histogram *h = &g->latency[s];
    double total = (double)g->latency[STAGE_TOTAL].sum;
    char text[32];

    printf("    %-10s %9s", stage_names[s], text_ns(text, sizeof(text), ticks_ns(t, h->sum) / (double)h->count));
    for (unsigned i = 0; i < PERCENTILES; i++)
        printf(" %9s", text_ns(text, sizeof(text), ticks_ns(t, histogram_percentile(h, percentiles[i].share))));
    printf(" %9s", text_ns(text, sizeof(text), ticks_ns(t, h->max)));
    if (total > 0)
        printf(" %7.1f%%", 100 * (double)h->sum / total);
    putchar('\n');
}

static void print_latency(const struct trace *t, const struct io_ring *g)
{
    char name[64];

    if (!g->latency[STAGE_TOTAL].count)
        return;
    printf("\n%" PRIu64 " request%s of %s\n    %-10s %9s", g->latency[STAGE_TOTAL].count,
           g->latency[STAGE_TOTAL].count == 1 ? "" : "s", ring_name(name, sizeof(name), g), "stage", "mean");
    for (unsigned i = 0; i < PERCENTILES; i++)
        printf(" %9s", percentiles[i].title);
    printf(" %9s %8s\n", "max", "share");
    for (enum stage s = ring_has_latency(g) ? STAGE_FRONT_END : STAGE_RETURN; s < STAGES; s++)
        if (ring_has_latency(g) || s == STAGE_RETURN)
            print_stage(t, g, s);
}

static bool is_any_wanted(const struct io_rings *all)
{
    for (size_t i = 0; i < io_rings_count(all); i++)
        if (io_rings_at(all, i)->is_wanted)
            return true;
    return false;
}

void rings_print(const struct trace *t, const struct io_rings *all)
{
    if (!is_any_wanted(all)) {
        puts("\nno I/O ring is recorded here: vtrace record --rings registers them");
        return;
    }
    print_table(all);
    for (size_t i = 0; i < io_rings_count(all); i++)
        print_latency(t, io_rings_at(all, i));
}
