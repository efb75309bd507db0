/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens to one ring; for rings.c, which finds the ring. Times in ticks. */
#ifndef VTRACE_REQUEST_H
#define VTRACE_REQUEST_H

#include "trace/vtrace/rings/ring.h"

struct sample {
    uint64_t now;
    enum ring_side side; /* who notifies */
    uint16_t sender;     /* its domain */
    uint32_t produced[SIDES], event[SIDES];
};

/* The notification of the last sample reached its port. */
struct raised {
    uint64_t now;
    enum ring_side from;
    uint16_t receiver;
    bool is_marked; /* an upcall will come of it: the port was neither pending nor masked */
};

void ring_sample(struct io_ring *g, const struct running *w, const struct sample *s);
void ring_raised(struct io_ring *g, const struct running *w, const struct raised *e);

/* That side sees, at that time, what has been put in for it. */
void ring_notices(struct io_ring *g, enum ring_side side, uint64_t now);

#endif
