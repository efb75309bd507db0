/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an emission costs, in ticks of the TSC: with QEMU's -icount shift=0 one tick is one instruction. Measured
 * for each event as the hypervisor's code has it, switched off and on, with the arguments in registers; of a
 * span its end.
 */
#include "lib/bug.h"
#include "trace/selftest.h"
#include "trace/trace.h"

#define TRIES 4 /* the fewest ticks of these count: now and then a packet begins */

/* The clock's low half alone: each function below turns it into a span by the same two instructions. */
static inline uint32_t now(void)
{
    uint32_t low;

    __asm__ volatile("rdtsc" : "=a"(low) : : "rdx", "memory");
    return low;
}

/* A value nobody knows anything about, made by no instruction. */
#define ANY(type)                          \
    ({                                     \
        type any_;                         \
        __asm__ volatile("" : "=r"(any_)); \
        any_;                              \
    })
#define ANY_dur (struct trace_time){ANY(uint32_t), ANY(uint32_t)}
#define ANY_brief ANY_dur
#define ANY_u8  ANY(uint8_t)
#define ANY_u16 ANY(uint16_t)
#define ANY_u32 ANY(uint32_t)
#define ANY_u64 ANY(uint64_t)
#define ANY_s16 ANY(int16_t)
#define ANY_s32 ANY(int32_t)
#define ANY_s64 ANY(int64_t)
#define ANYTHING(type, name, unit, meaning) ANY_##type

#define EVENT(number, name, class, kind, meaning, ...)                                             \
    static __attribute__((noinline)) uint32_t ticks_of_##name(void)                                \
    {                                                                                              \
        uint32_t begin = now();                                                                    \
                                                                                                   \
        trace_##name(EACH_COMMA(ANYTHING, __VA_ARGS__));                                           \
        return now() - begin;                                                                    \
    }
#include "trace/events.def"
#undef EVENT

static __attribute__((noinline)) uint32_t ticks_of_nothing(void)
{
    uint32_t begin = now();

    return now() - begin;
}

static const struct {
    const char *name;
    uint32_t (*ticks)(void);
} events[] = {
#define EVENT(number, name, ...) {#name, ticks_of_##name},
#include "trace/events.def"
#undef EVENT
};

static uint32_t fewest(uint32_t (*ticks)(void))
{
    uint32_t best = ~0u;

    for (unsigned i = 0; i < TRIES; i++)
        best = MIN(best, ticks());
    return best;
}

static void measure(uint32_t *ticks)
{
    for (unsigned i = 0; i < ARRAY_SIZE(events); i++)
        ticks[i] = fewest(events[i].ticks) - fewest(ticks_of_nothing);
}

void trace_selftest_cost(void)
{
    static uint32_t off[ARRAY_SIZE(events)], on[ARRAY_SIZE(events)];
    struct trace_set none = {{0}}, all = none;

    trace_set_classes(&all, TRACE_ALWAYS);
    trace_choose(&none);
    measure(off);
    trace_choose(&all);
    measure(on);
    trace_choose(&none);
    for (unsigned i = 0; i < ARRAY_SIZE(events); i++)
        printk("trace-cost %s off=%u on=%u\n", events[i].name, off[i], on[i]);
}
