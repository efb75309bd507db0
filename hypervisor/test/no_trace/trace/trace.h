/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake machine records nothing, unless the test has a function that wants to be told what would be. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "trace/each.h"
#include "lib/types.h"

#define TRACE_IDLE 0x7fff

/* The fields of one record, in the order of events.def. */
__attribute__((weak)) void on_record(uint16_t number, const uint64_t *fields);

#define trace_wants(event)       (on_record != NULL)
#define trace_wants_either(a, b) (on_record != NULL)
#define trace_mask         0
#define TRACE_MMU          0

struct trace_time {
    uint32_t low, high;
};

static inline struct trace_time trace_time_now(void)
{
    return (struct trace_time){0, 0};
}

static inline struct trace_time trace_begin(int class)
{
    return trace_time_now();
}

#define TRACE_TRAP 0

typedef struct trace_time fake_dur, fake_brief;
typedef uint64_t fake_u8, fake_u16, fake_u32, fake_u64, fake_s16, fake_s32, fake_s64;
#define FAKE_PARAMETER(type, name, unit, meaning) fake_##type name
#define FAKE_FIELD(type, name, unit, meaning)     _Generic(name, struct trace_time: 0, default: name)
#define EVENT(number, name, class, kind, meaning, ...)                                             \
    static inline void trace_##name(EACH_COMMA(FAKE_PARAMETER, __VA_ARGS__))                       \
    {                                                                                              \
        if (on_record)                                                                             \
            on_record(number, (uint64_t[]){EACH_COMMA(FAKE_FIELD, __VA_ARGS__)});                  \
    }
#include "trace/events.def"
#undef EVENT

/* Nor is anything counted. */
#define HISTOGRAM(name, unit, rows, of, meaning) TRACE_ROW_##name,
enum trace_row {
#include "trace/histograms.def"
};
#undef HISTOGRAM

static inline void trace_count(unsigned row, uint64_t value)
{
}

static inline bool trace_measures_event(void)
{
    return false;
}

static inline uint64_t trace_event_begin(void)
{
    return 0;
}

static inline uint64_t trace_now(void)
{
    return 0;
}

static inline void trace_turns(void)
{
}

static inline void trace_runs(uint16_t domain, uint16_t vcpu)
{
}

#endif
