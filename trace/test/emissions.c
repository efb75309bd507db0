/* SPDX-License-Identifier: BSD-2-Clause */
/* See emissions.h. Byte n of a payload is to be FIRST_BYTE + n. Alone in its section, so that what steps through it
 * knows it (build.mk); without a red zone, as a sequence calls. */
#include "trace/test/emissions.h"
#include "trace/trace.h"

#define FIRST_BYTE 0x41

uint8_t trace_on[TRACE_EVENTS], trace_mask;

void emit_words(uint32_t head, unsigned words, const uint64_t *w)
{
    switch (words) {
    case 1:
        trace_emit(head, 1, w);
        break;
    case 2:
        trace_emit(head, 2, w);
        break;
    case 3:
        trace_emit(head, 3, w);
        break;
    default:
        trace_emit(head, 4, w);
    }
}

void emit_test(unsigned writer, uint64_t counter, unsigned words)
{
    uint64_t w = WORD(writer, counter), all[4] = {w, w, w, w};

    emit_words(RECORD_HEAD(EVENT_TEST + words, words, writer), words, all);
}

static const uint8_t bytes[32] = {
#define EIGHT(n) FIRST_BYTE + n, FIRST_BYTE + n + 1, FIRST_BYTE + n + 2, FIRST_BYTE + n + 3, \
                 FIRST_BYTE + n + 4, FIRST_BYTE + n + 5, FIRST_BYTE + n + 6, FIRST_BYTE + n + 7
    EIGHT(0), EIGHT(8), EIGHT(16), EIGHT(24)};

static struct trace_time span_begin(bool is_long)
{
    return (struct trace_time){.low = 0, .high = (uint32_t)(rdtsc() >> 32) - is_long};
}

/* What a field is given: out of memory, so that the compiler knows no constant. */
#define GIVEN_MEMBER(type, name, unit, meaning) trace_##type name;
#define GIVEN(type, name, unit, meaning)        GIVEN_##type(name)
#define GIVEN_u8(n)                             p->n
#define GIVEN_u16(n)                            p->n
#define GIVEN_u32(n)                            p->n
#define GIVEN_u64(n)                            p->n
#define GIVEN_s16(n)                            p->n
#define GIVEN_s32(n)                            p->n
#define GIVEN_s64(n)                            p->n
#define GIVEN_dur(n)                            span_begin(is_long)
#define GIVEN_brief(n)                          span_begin(is_long)
#define EVENT(number, name, class, kind, meaning, ...)                                             \
    static void emit_##name(bool is_long)                                                          \
    {                                                                                              \
        const volatile struct {                                                                    \
            EACH(GIVEN_MEMBER, __VA_ARGS__)                                                        \
        } *p = (const volatile void *)bytes;                                                       \
                                                                                                   \
        trace_on[TRACE_AT_##name] = 1;                                                             \
        trace_##name(EACH_COMMA(GIVEN, __VA_ARGS__));                                              \
    }
#include "trace/events.def"
#undef EVENT

enum duration { NO_DURATION, DURATION, BRIEF_DURATION };
#define KIND(type, name, unit, meaning) +KIND_##type
#define KIND_u8    NO_DURATION
#define KIND_u16   NO_DURATION
#define KIND_u32   NO_DURATION
#define KIND_u64   NO_DURATION
#define KIND_s16   NO_DURATION
#define KIND_s32   NO_DURATION
#define KIND_s64   NO_DURATION
#define KIND_dur   DURATION
#define KIND_brief BRIEF_DURATION

static const struct {
    uint16_t number;
    uint8_t words, kind;
    enum duration duration; /* in the first field */
    void (*emit)(bool is_long);
} events[] = {
#define EVENT(number, name, class, kind, meaning, ...)                                             \
    {number, (EACH(TRACE_SIZE, __VA_ARGS__) 0) / 8, TRACE_##kind, EACH(KIND, __VA_ARGS__), emit_##name},
#include "trace/events.def"
#undef EVENT
};

unsigned event_count(void)
{
    return ARRAY_SIZE(events);
}

unsigned event_words(unsigned n)
{
    return events[n].words;
}

void emit_event(unsigned n, bool is_long)
{
    events[n].emit(is_long);
}

bool event_is_right(const struct record_head *h, bool is_long)
{
    const uint8_t *payload = (const uint8_t *)(h + 1);
    uint32_t dur = *(const uint32_t *)payload;
    unsigned n = 0, at;

    while (n < ARRAY_SIZE(events) && events[n].number != h->event)
        n++;
    if (n == ARRAY_SIZE(events) || h->words != events[n].words + 1 || h->flags != events[n].kind)
        return false;
    if (events[n].duration && dur != (is_long && events[n].duration == DURATION ? ~0u : h->time))
        return false;
    for (at = events[n].duration ? sizeof(dur) : 0; at < events[n].words * 8u; at++)
        if (payload[at] != bytes[at])
            return false;
    return true;
}
