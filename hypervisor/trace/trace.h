/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recording what happens: trace_<event>(fields...) for every row of trace/events.def.
 *
 * Off costs one test of a byte and a branch; the arguments are then not computed, if they have no side
 * effects. Spans take their beginning from trace_begin().
 *
 * Three things decide whether a record is made: each event has a byte, which its emission tests; a domain that
 * is not to be recorded keeps the guards of its CPU's ring shut while it runs [ring.guard], which costs nobody
 * else an instruction; and the ring's mode.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "trace/each.h"
#include "trace/emit.h"
#include "trace/histogram.h"
#include "x86/x86.h"

/* The events in the order of events.def. */
enum trace_index {
#define EVENT(number, name, ...) TRACE_AT_##name,
#include "trace/events.def"
#undef EVENT
    TRACE_EVENTS
};

#include "trace/points.h"

/* Is that event recorded? For what is computed for a record alone. */
#define trace_wants(event) unlikely(trace_on[TRACE_AT_##event])

/* Is one of two events recorded, or both? One test, as they must be neighbours in events.def. */
#define trace_wants_either(a, b)                                                                   \
    ({                                                                                             \
        _Static_assert(TRACE_AT_##b == TRACE_AT_##a + 1, "neighbours");                            \
        unlikely(*(const uint16_t __attribute__((may_alias, aligned(1))) *)&trace_on[TRACE_AT_##a]); \
    })

typedef uint8_t trace_u8;
typedef uint16_t trace_u16;
typedef uint32_t trace_u32;
typedef uint64_t trace_u64;
typedef int16_t trace_s16;
typedef int32_t trace_s32;
typedef int64_t trace_s64;
typedef uint32_t trace_dur, trace_brief;

/* The TSC, its halves apart as they come from the processor and go into a span's record. */
struct trace_time {
    uint32_t low, high;
};

static inline struct trace_time trace_time_now(void)
{
    struct trace_time t;

    __asm__ volatile("rdtsc" : "=a"(t.low), "=d"(t.high) : : "memory");
    return t;
}

static inline struct trace_time trace_time_of(uint64_t tsc)
{
    return (struct trace_time){(uint32_t)tsc, (uint32_t)(tsc >> 32)};
}

/* When a span of this class begins; anything when the class is off. */
static inline struct trace_time trace_begin(enum trace_class class)
{
    return unlikely(trace_mask & class) ? trace_time_now() : (struct trace_time){0, 0};
}

#define TRACE_MEMBER(type, name, unit, meaning)    trace_##type name;
#define TRACE_SIZE(type, name, unit, meaning)      sizeof(trace_##type) +
#define TRACE_PARAMETER(type, name, unit, meaning) TRACE_TAKEN_##type name
#define TRACE_STORE(type, name, unit, meaning)     TRACE_STORE_##type(name, at_##name)
#define TRACE_OPERAND(type, name, unit, meaning)                                                   \
    TRACE_OPERAND_##type(name), [at_##name] "i"(sizeof(struct record_head) + offsetof(struct payload, name))

/* What an emit function takes for a field, how it is stored, and out of what. */
#define TRACE_TAKEN_u8         uint8_t
#define TRACE_TAKEN_u16        uint16_t
#define TRACE_TAKEN_u32        uint32_t
#define TRACE_TAKEN_u64        uint64_t
#define TRACE_TAKEN_s16        int16_t
#define TRACE_TAKEN_s32        int32_t
#define TRACE_TAKEN_s64        int64_t
#define TRACE_TAKEN_dur        struct trace_time
#define TRACE_TAKEN_brief      struct trace_time
#define TRACE_STORE_u8         TRACE_STORE_1
#define TRACE_STORE_u16        TRACE_STORE_2
#define TRACE_STORE_u32        TRACE_STORE_4
#define TRACE_STORE_u64        TRACE_STORE_8
#define TRACE_STORE_s16        TRACE_STORE_2
#define TRACE_STORE_s32        TRACE_STORE_4
#define TRACE_STORE_s64        TRACE_STORE_8
#define TRACE_STORE_dur        TRACE_STORE_SINCE
#define TRACE_STORE_brief      TRACE_STORE_BRIEF
#define TRACE_OPERAND_u8(n)    [n] "ri"(n)
#define TRACE_OPERAND_u16(n)   [n] "ri"(n)
#define TRACE_OPERAND_u32(n)   [n] "ri"(n)
#define TRACE_OPERAND_u64(n)   [n] "re"(n)
#define TRACE_OPERAND_s16(n)   [n] "ri"(n)
#define TRACE_OPERAND_s32(n)   [n] "ri"(n)
#define TRACE_OPERAND_s64(n)   [n] "re"(n)
#define TRACE_OPERAND_dur(n)   [n##_low] "r"(n.low), [n##_high] "r"(n.high)
#define TRACE_OPERAND_brief(n) [n##_low] "r"(n.low)

#define EVENT(number, name_, class, kind, meaning, ...)                                            \
    static inline __attribute__((always_inline)) void trace_##name_(                               \
        EACH_COMMA(TRACE_PARAMETER, __VA_ARGS__))                                                  \
    {                                                                                              \
        struct payload {                                                                           \
            EACH(TRACE_MEMBER, __VA_ARGS__)                                                        \
        };                                                                                         \
        enum { WORDS = (sizeof(struct payload) + 7) / 8 };                                         \
        _Static_assert(WORDS <= 4, "a payload is at most 32 bytes");                               \
        _Static_assert(WORDS * 8 == EACH(TRACE_SIZE, __VA_ARGS__) 0, "[event.full]");              \
        if (likely(!trace_on[TRACE_AT_##name_]))                                                   \
            return;                                                                                \
        __asm__ volatile(TRACE_SEQUENCE(EACH(TRACE_STORE, __VA_ARGS__))                            \
                         :                                                                         \
                         : TRACE_OPERANDS(RECORD_HEAD(number, WORDS, TRACE_##kind), 8 + 8 * WORDS), \
                           EACH_COMMA(TRACE_OPERAND, __VA_ARGS__)                                  \
                         : TRACE_CHANGES);                                                         \
    }
#include "trace/events.def"
#undef EVENT

/* --- Histograms that are always kept (histogram.c, trace/histograms.def) --- */

enum trace_row {
#define HISTOGRAM(name, unit, rows, of, meaning)                                                   \
    TRACE_ROW_##name, TRACE_ROW_##name##_last = TRACE_ROW_##name + (rows) - 1,
#include "trace/histograms.def"
#undef HISTOGRAM
    TRACE_ROWS
};

/* Memory for one CPU's, aligned to a page; after trace_cpu_init(). */
#define TRACE_HISTOGRAMS_BYTES (256ul << 10)
void trace_histograms_init(struct cpu *c, void *memory);

/* One value more in a row, in its unit. Not from an NMI. */
void trace_count(enum trace_row row, uint64_t value);

/* The ticks since then, below 2^32; in line, for what is counted most often. */
static inline void trace_count_brief(enum trace_row row, struct trace_time begin)
{
    struct trace_histograms *all = this_cpu()->histograms;

    if (likely(all))
        trace_histogram_add(&all->row[row], trace_time_now().low - begin.low);
}

/* The TSC, for what is measured whether anything is recorded or not. */
static inline uint64_t trace_now(void)
{
    return rdtsc();
}

/* What happens too often to be measured each time is counted down on its CPU; this is where to begin anew. `all`:
 * the next one is measured as well, because it is recorded. */
int trace_distance(bool all);

/* Is the hypercall that runs one that is measured? Until trace_hypercall_measured(), which says how far the next one
 * is; while they are recorded the distance is 0 and stays so (straight.S). */
static inline bool trace_measures_hypercall(void)
{
    return unlikely(this_cpu()->hypercalls_left <= 0);
}

static inline void trace_hypercall_measured(void)
{
    if (!(trace_mask & TRACE_HYPERCALL))
        this_cpu()->hypercalls_left = trace_distance(false);
}

/* Does what began then go into the histograms? Each that was drawn does. Of those that are measured only because they are
 * recorded it is one in 16, drawn by the time: their records say more, and counting is as long as recording. */
static inline bool trace_counts_hypercall(struct trace_time begin)
{
    return likely(!(trace_mask & TRACE_HYPERCALL)) || begin.low * 0x9e3779b9u >> 28 == 0;
}

/* An event begins to wait: is its waiting measured? If so, this is when it begins. */
static inline bool trace_measures_event(void)
{
    return unlikely(--this_cpu()->events_left <= 0);
}

static inline uint64_t trace_event_begin(void)
{
    this_cpu()->events_left = trace_distance(trace_on[TRACE_AT_pending]);
    return rdtsc();
}

/* --- Control (control.c) --- */

struct trace_set {
    uint8_t on[TRACE_EVENTS];
};

struct trace_options {
    struct trace_set set;
    uint64_t buffer_bytes; /* of each CPU's ring; 0: TRACE_BUFFER_DEFAULT */
    enum trace_mode mode;
    bool out_debugcon;
    bool selftest;
};

#define TRACE_BUFFER_DEFAULT (1ull << 20)
#define TRACE_BUFFER_MIN     (4ull * TRACE_PACKET_BYTES)
#define TRACE_BUFFER_MAX     (1ull << 30)

/* Names of classes and events, separated by commas; "all", "none"; one after a '-' is taken out again. False:
 * one of them does not exist. */
bool trace_set_read(const char *names, struct trace_set *set);

/* All events of the classes. */
void trace_set_classes(struct trace_set *set, uint8_t mask);

/* Gives a CPU its ring; before trace_start(), or for a CPU that has not run anything yet. `memory` is
 * aligned to a packet, `bytes` a power of two. */
void trace_cpu_init(struct cpu *c, void *memory, uint64_t bytes, enum trace_mode mode);

/* The CPU does not come: there is no ring of it. */
void trace_cpu_forget(struct cpu *c);

/* Where the copy is kept that trace_freeze() makes of its ring: TRACE_COPY_BYTES, aligned to a packet. */
#define TRACE_COPY_BYTES (8ull * TRACE_PACKET_BYTES)
void trace_copy_init(struct cpu *c, void *memory);

/* That domain has crashed: keeps what the rings say of it, until the next one does. Nothing when nothing is recorded. */
void trace_freeze(uint16_t domain);

/* Records these events from now on, on all CPUs, and those of class `always` if there are any others. Returns
 * the classes before. Every change leaves records of itself. */
uint8_t trace_choose(const struct trace_set *set);

/* The rings are described in so many bytes of our own, from a page on: to be found by whoever has nothing but the
 * machine's memory, this boot's number among them. */
uint64_t trace_description_bytes(void);
void trace_describe_in(void *memory, uint64_t number);

/* Is that page of the direct map a description of rings, with its address and checksum? */
bool trace_is_description(const struct trace_descriptor *d);

/* What is recorded now. */
void trace_chosen(struct trace_set *set);

/* One event more or less; returns whether it was recorded. -ENOENT: no such event. -EINVAL: it cannot be chosen. */
int trace_choose_event(uint16_t number, bool on);
int trace_asks_event(uint16_t number);

/* Are records made while this domain (TRACE_IDLE: none) runs? Those of class `always` are in any case. Returns
 * whether they were. -ENOENT: no number of a domain. */
int trace_choose_domain(uint16_t domain, bool on);
int trace_asks_domain(uint16_t domain);

/* This CPU turns to another vCPU: for the headers of its packets. Between the two calls nothing is held back. */
void trace_turns(void);
void trace_runs(uint16_t domain, uint16_t vcpu);

/* Where the page is that leads to everything (trace/ring.h). */
mfn_t trace_descriptor_mfn(void);

/* Every frame that a reader needs beside the rings: descriptor and schema. */
void trace_each_frame(void (*call)(mfn_t m));

/* A reader has read so many packets of a CPU's ring: TRACE_DROP. -ENOENT: there is no such ring. */
int trace_consumed(unsigned cpu, uint64_t packets);

/* No emission after this; for a machine that ends. */
void trace_stop(void);

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

/* Their numbers are below this. */
#define TRACE_DOMAINS 128

#endif
