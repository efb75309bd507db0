/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recording what happens: trace_<event>(fields...) for every row of trace/events.def.
 *
 * Off costs one test of a byte and a branch; the arguments are then not computed, if they have no side
 * effects. Spans take their beginning from trace_begin().
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "trace/each.h"
#include "trace/emit.h"
#include "x86/x86.h"

/* Bits of enum trace_class: what is recorded now. 0 until trace_start(). */
extern uint8_t trace_mask;

typedef uint8_t trace_u8;
typedef uint16_t trace_u16;
typedef uint32_t trace_u32;
typedef uint64_t trace_u64;
typedef int16_t trace_s16;
typedef int32_t trace_s32;
typedef int64_t trace_s64;
typedef uint32_t trace_dur;

/* The TSC when a span of this class begins; anything when the class is off. */
static inline uint64_t trace_begin(enum trace_class class)
{
    return unlikely(trace_mask & class) ? rdtsc() : 0;
}

/* Ticks since then, for a span's `dur`: at most 2^32 - 1, more than a second. */
static inline uint32_t trace_since(uint64_t begin)
{
    uint64_t ticks = rdtsc() - begin;

    return ticks >> 32 ? ~0u : (uint32_t)ticks;
}

#define TRACE_MEMBER(type, name, unit, meaning)    trace_##type name;
#define TRACE_SIZE(type, name, unit, meaning)      sizeof(trace_##type) +
#define TRACE_PARAMETER(type, name, unit, meaning) TRACE_TAKEN_##type name
#define TRACE_ARGUMENT(type, name, unit, meaning)  .name = TRACE_VALUE_##type(name)

/* What an emit function takes for a field, and what becomes of it. */
#define TRACE_TAKEN_u8       uint8_t
#define TRACE_TAKEN_u16      uint16_t
#define TRACE_TAKEN_u32      uint32_t
#define TRACE_TAKEN_u64      uint64_t
#define TRACE_TAKEN_s16      int16_t
#define TRACE_TAKEN_s32      int32_t
#define TRACE_TAKEN_s64      int64_t
#define TRACE_TAKEN_dur      uint64_t
#define TRACE_VALUE_u8(v)    v
#define TRACE_VALUE_u16(v)   v
#define TRACE_VALUE_u32(v)   v
#define TRACE_VALUE_u64(v)   v
#define TRACE_VALUE_s16(v)   v
#define TRACE_VALUE_s32(v)   v
#define TRACE_VALUE_s64(v)   v
#define TRACE_VALUE_dur(v)   trace_since(v)

#define EVENT(number, name_, class, kind, meaning, ...)                                            \
    struct trace_event_##name_ {                                                                   \
        EACH(TRACE_MEMBER, __VA_ARGS__)                                                            \
    };                                                                                             \
    static inline __attribute__((always_inline)) void trace_##name_(                               \
        EACH_COMMA(TRACE_PARAMETER, __VA_ARGS__))                                                  \
    {                                                                                              \
        enum { WORDS = (sizeof(struct trace_event_##name_) + 7) / 8 };                             \
        _Static_assert(WORDS <= 4, "a payload is at most 32 bytes");                               \
        _Static_assert(WORDS * 8 == EACH(TRACE_SIZE, __VA_ARGS__) 0, "[event.full]");              \
        if (likely(!(trace_mask & TRACE_##class)))                                                 \
            return;                                                                                \
        union {                                                                                    \
            uint64_t w[WORDS];                                                                     \
            struct trace_event_##name_ f;                                                          \
        } u = {{0}};                                                                               \
        u.f = (struct trace_event_##name_){EACH_COMMA(TRACE_ARGUMENT, __VA_ARGS__)};               \
        trace_emit(RECORD_HEAD(number, WORDS, TRACE_##kind), WORDS, u.w);                          \
    }
#include "trace/events.def"
#undef EVENT

/* --- Control (control.c) --- */

struct trace_options {
    uint8_t mask;
    uint64_t buffer_bytes; /* of each CPU's ring; 0: TRACE_BUFFER_DEFAULT */
    enum trace_mode mode;
    bool out_debugcon;
    bool selftest;
};

#define TRACE_BUFFER_DEFAULT (1ull << 20)
#define TRACE_BUFFER_MIN     (4ull * TRACE_PACKET_BYTES)
#define TRACE_BUFFER_MAX     (1ull << 30)

/* Classes by name, separated by commas; "all". False: one of them does not exist. */
bool trace_classes(const char *names, uint8_t *mask);

/* Gives a CPU its ring; before trace_start(), or for a CPU that has not run anything yet. `memory` is
 * aligned to a packet, `bytes` a power of two. */
void trace_cpu_init(struct cpu *c, void *memory, uint64_t bytes, enum trace_mode mode);

/* Begins to record; returns the classes recorded before. Nothing without rings. */
uint8_t trace_set_mask(uint8_t mask);

/* The rings are described in so many bytes of our own, from a page on: to be found by whoever has nothing but the
 * machine's memory, this boot's number among them. */
uint64_t trace_description_bytes(void);
void trace_describe_in(void *memory, uint64_t number);

/* Is that page of the direct map a description of rings, with its address and checksum? */
bool trace_is_description(const struct trace_descriptor *d);

/* Who runs on this CPU from now on, for the headers of its packets. */
void trace_runs(uint16_t domain, uint16_t vcpu);

/* --- Ends (file.c, recent.c) --- */

/* Writes all rings to QEMU's debug port as a file (trace/ring.h). Nothing is recorded from then on. */
void trace_to_debug_port(void);
bool trace_has_debug_port(void);

/* The same with physical memory, as the piece of a file it is. */
void trace_memory_to_debug_port(uint64_t address, uint64_t bytes);

/* Prints the last records of every CPU. For a panic: believes nothing, takes no lock. */
void trace_print_recent(unsigned records);

/* The number that `idle` carries as a domain in records. */
#define TRACE_IDLE 0x7fff

#endif
