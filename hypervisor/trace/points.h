/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trace point tests. Alone here, so that a hypervisor can be built without any (`make NO_POINTS=1`,
 * test/no_points), to measure what those of the ordinary one cost while they are off.
 */
#ifndef TRACE_POINTS_H
#define TRACE_POINTS_H

#ifdef __ASSEMBLER__

/* Goes to `to` when any of `classes` is recorded. */
.macro IF_RECORDED classes, to
        testb   $\classes, trace_mask(%rip)
        jne     \to
.endm

#else

/* Which events are recorded now, 0 or 1 each; none until trace_choose(). */
extern uint8_t trace_on[TRACE_EVENTS];

/* Bits of enum trace_class: classes of which any event is on. */
extern uint8_t trace_mask;

#endif
#endif
