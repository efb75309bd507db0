/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema a trace carries (trace/schema.h), parsed: what its events and fields are called and mean. */
#ifndef VTRACE_SCHEMA_H
#define VTRACE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_FIELDS 8

struct name {
    int64_t number;
    const char *name;
};

struct enumeration {
    const char *of;
    struct name *names;
    size_t count;
};

struct field {
    const char *name, *unit, *meaning, *type;
    unsigned bytes, at; /* size, and offset in the payload */
    bool is_signed;
    int enumeration;    /* index, or -1 */
};

struct event {
    uint16_t number;
    const char *name, *class, *meaning;
    uint8_t class_bits;
    bool is_span;
    unsigned field_count, bytes; /* of the payload without padding */
    struct field fields[MAX_FIELDS];
};

/* A row of trace/histograms.def: `rows` histograms from `first` on in every struct trace_histograms. */
struct histogram_rows {
    const char *name, *unit, *of, *meaning;
    unsigned first, rows;
};

struct schema {
    char *text; /* what all names point into */
    struct event *events;
    size_t event_count;
    struct enumeration *enums;
    size_t enum_count;
    struct name *classes; /* number: the bit */
    size_t class_count;
    struct histogram_rows *histograms;
    size_t histogram_count;
};

/* Parses `bytes` of text. False, with a sentence in `why`, when it is not a schema. */
bool schema_parse(struct schema *s, const char *text, size_t bytes, char *why, size_t why_size);
void schema_free(struct schema *s);

/* NULL when there is none. */
const struct event *schema_event(const struct schema *s, uint16_t number);
const struct event *schema_event_named(const struct schema *s, const char *name);
bool schema_has_class(const struct schema *s, const char *name);
const struct field *event_field(const struct event *e, const char *name);

/* The name of a number, or NULL. */
const char *schema_name_of(const struct schema *s, const char *enumeration, int64_t number);
const char *schema_name(const struct schema *s, const struct field *f, int64_t number);

/* The value of a field in a payload that is `e->bytes` long. */
int64_t field_value(const struct field *f, const uint8_t *payload);

#endif
