/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O rings, rebuilt from their samples (ring_sample: the indices each time one side notified the other) and from
 * what the event channel did then (raise, upcall, switch):
 *
 *      front end  | notify | schedule |  back end  | return
 *     ────────────┼────────┼──────────┼────────────┼───────►
 *     from       put    raised      told       answered    returned
 *
 *   from      the later of the last sample of this ring and of when the front end's domain began to run: so the
 *             stage "front end" is what it took at most
 *   put       the front end notifies; a request that the back end found by itself, or that was put in behind a
 *             notification: when the front end's domain last ran before it was seen in the ring
 *   raised    the back end's port is pending
 *   told      the back end's domain is called back; if it ran already, at once; if it looked by itself, when it
 *             began to run
 *   answered  the same as `put`, for the response
 *   returned  the same as `told`, for the front end's domain
 *
 * Responses come in an order of their own: the n-th is taken for that of the n-th request, which leaves sums and means
 * what they are. In rings of bytes (console, xenstore) a notification with new bytes is one request, and the next
 * notification of the other side its answer.
 */
#ifndef VTRACE_RING_H
#define VTRACE_RING_H

#include "trace/vtrace/histogram.h"
#include "trace/vtrace/rings/running.h"

enum ring_kind { RING_BLOCK, RING_NET_TX, RING_NET_RX, RING_CONSOLE, RING_XENSTORE, RING_KINDS }; /* as in enums.def */
enum ring_side { SIDE_FRONT, SIDE_BACK, SIDES };
enum stage { STAGE_FRONT_END, STAGE_NOTIFY, STAGE_SCHEDULE, STAGE_BACK_END, STAGE_RETURN, STAGE_TOTAL, STAGES };

extern const char *const stage_names[STAGES];

struct request {
    uint64_t from, put, raised, told, answered;
};

/* What one side puts in. */
struct flow {
    uint32_t produced;       /* its index in the last sample */
    uint64_t items;          /* requests, responses or bytes */
    uint64_t batches;        /* samples with new items */
    uint64_t batch_max;      /* items of one */
    uint64_t notifications;  /* that this side sent */
    uint64_t empty;          /* of these, without new items */
    uint64_t unannounced;    /* batches that the other side found before it was notified */
};

/* Items in the ring, at each sample. */
struct occupancy {
    uint64_t sum, max;
};

enum waiting { WAITS_NOT, WAITS_RUN, WAITS_UPCALL };

struct io_ring {
    uint16_t domain, number, kind, queue;
    uint32_t device, entries, port; /* entries 0: its registration is not in the trace */
    int32_t back;                   /* domain of the back end; -1: not seen */
    bool is_over, has_sample;
    bool is_wanted;                 /* its registration, or any sample */
    uint64_t last;                  /* when it was sampled last */
    uint64_t samples, wild;         /* wild: samples that contradict the one before, or the size of the ring */
    struct flow flow[SIDES];
    struct occupancy occupancy[SIDES]; /* of requests: the first, those not answered; of bytes: those not taken */
    enum waiting waiting[SIDES];       /* what that side will notice its new items by */
    uint32_t unknown;                  /* requests in the ring that were put in before the first sample */
    struct request *requests;          /* first those answered, then those not */
    size_t count, answered, room;
    struct histogram latency[STAGES];
};

struct io_rings;

struct io_rings *io_rings_new(const struct trace *t);
void io_rings_free(struct io_rings *all);

/* Every record in the order of time. `is_wanted`: if it is a sample, it counts. */
void io_rings_record(struct io_rings *all, const struct record *r, bool is_wanted);

/* Those that had a sample or were registered, in the order in which they came. */
size_t io_rings_count(const struct io_rings *all);
const struct io_ring *io_rings_at(const struct io_rings *all, size_t i);
uint64_t io_rings_beyond(const struct io_rings *all); /* samples of more rings than there is room for */

/* What the samples say of a request from beginning to end; not so where the front end only supplies buffers. */
bool ring_has_latency(const struct io_ring *g);
bool ring_is_bytes(const struct io_ring *g);

#endif
