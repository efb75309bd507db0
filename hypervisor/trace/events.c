/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of events.def as a table. */
#include "lib/bug.h"
#include "trace/rings.h"

const uint8_t trace_field_bytes[] = {1, 2, 4, 8, 4, 4, 2, 4, 8};

#define EVENT(number, name, class, kind, meaning, ...)                                             \
    static const struct trace_field fields_##name[] = {EACH(FIELD_ROW, __VA_ARGS__)};
#define FIELD_ROW(type, name, unit, meaning) {#name, FIELD_##type},
#include "trace/events.def"
#undef EVENT

const struct trace_event trace_events[TRACE_EVENTS] = {
#define EVENT(number, name, class, kind, meaning, ...)                                             \
    {number, TRACE_##class, ARRAY_SIZE(fields_##name), #name, fields_##name},
#include "trace/events.def"
#undef EVENT
};

#define EVENT(number, name, ...) enum { NUMBER_##name = number };
#include "trace/events.def"
#undef EVENT
_Static_assert(NUMBER_lost == TRACE_EVENT_LOST, "the ring writes it");

/* Never called: a number given twice does not compile. */
static __attribute__((unused)) void numbers_differ(uint16_t number)
{
    switch (number) {
#define EVENT(number, ...) case number:
#include "trace/events.def"
#undef EVENT
        break;
    }
}

const struct trace_event *trace_event_by_number(uint16_t number)
{
    for (unsigned i = 0; i < TRACE_EVENTS; i++)
        if (trace_events[i].number == number)
            return &trace_events[i];
    return NULL;
}
