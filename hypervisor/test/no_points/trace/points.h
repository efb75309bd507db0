/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing is ever recorded, and the compiler knows it: no trace point is left (trace/points.h). */
#ifndef TRACE_POINTS_H
#define TRACE_POINTS_H

#ifdef __ASSEMBLER__

.macro IF_RECORDED classes, to
.endm

#else

static const uint8_t trace_on[TRACE_EVENTS];
static const uint8_t trace_mask;

#endif
#endif
