/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a ring while it is being written; also for programs that map one. */
#ifndef TRACE_READ_H
#define TRACE_READ_H

#include "lib/types.h"
#include "trace/ring.h"

/* Records written since the beginning. Any CPU. */
uint64_t trace_written(const struct trace_ring *r);

/* The number of the oldest packet that may be there, and one past that of the newest. Any CPU. */
uint64_t trace_first_packet(const struct trace_ring *r, uint64_t *end);

/* Copies packet `seq`, cut to its content; `to` has room for a whole one. Returns its bytes, or: */
#define TRACE_NOT_YET 0u /* it is not closed (open_too: not begun) */
#define TRACE_GONE    1u /* it has been overwritten, perhaps while it was copied */
uint32_t trace_read(const struct trace_ring *r, uint64_t seq, bool open_too, void *to);

#endif
