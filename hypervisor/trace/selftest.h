/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the trace by the running hypervisor itself (option trace_selftest), on the calling CPU, whose ring
 * exists. They print lines for a program to read (trace/test/check_selftest). */
#ifndef TRACE_SELFTEST_H
#define TRACE_SELFTEST_H

#include "trace/ring.h"

/* trace-cost EVENT off=TICKS on=TICKS, for every event. Leaves records in the ring. */
void trace_selftest_cost(void);

/* trace-step HOW runs=N inside=N failed=N: an event inside an event at every boundary. Works on rings of its own in
 * the two pieces of memory, of so many bytes and aligned to a packet. */
#define TRACE_SELFTEST_RING_BYTES (4 * TRACE_PACKET_BYTES)
void trace_selftest_step(void *memory, void *copy);

#endif
