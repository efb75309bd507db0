/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake machine records nothing: the emit functions of trace/events.def, empty. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "trace/each.h"
#include "lib/types.h"

#define TRACE_IDLE 0x7fff

/* No event is ever on. */
enum { trace_mask = 0, TRACE_MMU = 0 };
#define trace_wants(event) false
#define trace_mask         0
#define TRACE_MMU          0

#define FAKE_PARAMETER(type, name, unit, meaning) uint64_t name
#define EVENT(number, name, class, kind, meaning, ...)                                             \
    static inline void trace_##name(EACH_COMMA(FAKE_PARAMETER, __VA_ARGS__))                       \
    {                                                                                              \
    }
#include "trace/events.def"
#undef EVENT

static inline void trace_turns(void)
{
}

static inline void trace_runs(uint16_t domain, uint16_t vcpu)
{
}

#endif
