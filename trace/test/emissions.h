/* SPDX-License-Identifier: BSD-2-Clause */
/* The sequences under test: one for each event, as the hypervisor's code has them, and those for records of any words. */
#ifndef TRACE_TEST_EMISSIONS_H
#define TRACE_TEST_EMISSIONS_H

#include "lib/types.h"
#include "trace/ring.h"

#define EVENT_TEST 0xff00 /* + words; no event of ours */

/* Word 1 of every record of those: its writer and that writer's counter, from 1. Further words repeat it. */
#define WORD(writer, counter) ((uint64_t)(writer) << 56 | (counter))

/* Emits a record of 1 to 4 words. */
void emit_words(uint32_t head, unsigned words, const uint64_t *w);

/* Emits one of the test's with so many words. */
void emit_test(unsigned writer, uint64_t counter, unsigned words);

/* The n-th event of events.def with fields by which their places are known. Spans began at the last change of the TSC's
 * high half, or `is_long`: 2^32 ticks before that. */
unsigned event_count(void);
unsigned event_words(unsigned n);
void emit_event(unsigned n, bool is_long);

/* Is every byte of such a record what it must be? */
bool event_is_right(const struct record_head *h, bool is_long);

#endif
