/* SPDX-License-Identifier: BSD-2-Clause */
/* The rings as JSON. */
#include "trace/vtrace/rings/rings.h"

static const char *const kinds[RING_KINDS] = {"block", "net_tx", "net_rx", "console", "xenstore"};
static const char *const stage_keys[STAGES] = {"front_end", "notify", "schedule", "back_end", "return", "total"};

static json_t *json_flow(const struct io_ring *g, enum ring_side side)
{
    const struct flow *f = &g->flow[side];

    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:I}", "items", (json_int_t)f->items, "notifications",
                     (json_int_t)f->notifications, "empty", (json_int_t)f->empty, "unannounced",
                     (json_int_t)f->unannounced, "batches", (json_int_t)f->batches, "batch_max",
                     (json_int_t)f->batch_max, "inside_mean", occupancy_mean(g, side), "inside_max",
                     (json_int_t)g->occupancy[side].max);
}

static json_t *json_latency(const struct trace *t, const struct io_ring *g)
{
    json_t *j = json_object();

    for (enum stage s = 0; s < STAGES; s++)
        if (ring_has_latency(g) || s == STAGE_RETURN)
            json_object_set_new(j, stage_keys[s], json_durations(t, &g->latency[s]));
    return j;
}

static json_t *json_ring(const struct trace *t, const struct io_ring *g)
{
    char name[64];

    return json_pack("{s:s,s:i,s:i,s:s?,s:i,s:I,s:i,s:I,s:I,s:I,s:I,s:o,s:o,s:o}", "name",
                     ring_name(name, sizeof(name), g), "dom", g->domain, "ring", g->number, "kind",
                     g->kind < RING_KINDS ? kinds[g->kind] : NULL, "back", g->back, "device", (json_int_t)g->device,
                     "queue", g->queue, "port", (json_int_t)g->port, "entries", (json_int_t)g->entries, "samples",
                     (json_int_t)g->samples, "wild", (json_int_t)g->wild, "requests", json_flow(g, SIDE_FRONT),
                     "responses", json_flow(g, SIDE_BACK), "latency", json_latency(t, g));
}

json_t *rings_json(const struct trace *t, const struct io_rings *all)
{
    json_t *j = json_array();

    for (size_t i = 0; i < io_rings_count(all); i++)
        if (io_rings_at(all, i)->is_wanted)
            json_array_append_new(j, json_ring(t, io_rings_at(all, i)));
    return j;
}
