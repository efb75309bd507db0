/* SPDX-License-Identifier: BSD-2-Clause */
/* All rings, within trace/. */
#ifndef TRACE_RINGS_H
#define TRACE_RINGS_H

#include "trace/trace.h"

extern struct trace_ring *trace_rings[MAX_CPUS]; /* by CPU; NULL: none */
extern bool trace_has_rings;

/* Rows of events.def, in its order. A class of TRACE_ALWAYS: the event goes with any other. */
enum trace_field_type { FIELD_u8, FIELD_u16, FIELD_u32, FIELD_u64, FIELD_dur, FIELD_brief, FIELD_s16, FIELD_s32, FIELD_s64 };
extern const uint8_t trace_field_bytes[];

struct trace_field {
    const char *name;
    uint8_t type;
};

struct trace_event {
    uint16_t number;
    uint8_t class, fields;
    const char *name;
    const struct trace_field *field;
};
extern const struct trace_event trace_events[TRACE_EVENTS];
const struct trace_event *trace_event_by_number(uint16_t number); /* NULL: there is none */

/* Every CPU's next hypercall and event is measured: whether it is recorded has changed. */
void trace_sample_now(void);

uint32_t trace_boot_id(void);

/* What a file of all rings begins with. */
struct file_header trace_file_header(uint8_t mask);

/* Brings the descriptor up to date, by which the rings are found in a copy of the machine's memory. */
void trace_describe(void);

#endif
