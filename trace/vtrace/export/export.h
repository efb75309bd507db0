/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the formats of `vtrace export` share. A format is one file here and one row in formats.c: it is called
 * once at the beginning, once for every record that passes the filter, in the order of time, and once at
 * the end. Same trace, same options, same bytes.
 */
#ifndef VTRACE_EXPORT_H
#define VTRACE_EXPORT_H

#include "trace/vtrace/vtrace.h"

struct export {
    const struct trace *t;
    const char *path; /* NULL: standard output */
    FILE *out;        /* NULL for a format that opens its path itself */
    void *state;      /* the format's own, freed by its end() */
};

struct format {
    bool wants_path; /* opens its path itself */
    bool wants_file; /* the file is not written from front to back: no pipe */
    void (*begin)(struct export *x);
    void (*record)(struct export *x, const struct record *r);
    void (*end)(struct export *x);
};

/* --- What formats need of a record (label.c) --- */

/* ns since boot, negative before it; ns of a number of ticks. Exact, rounded down. */
int64_t record_ns(const struct trace *t, uint64_t tsc);
uint64_t span_ns(const struct trace *t, uint64_t ticks);

/* Ticks a span took; 0 for an instant. */
uint64_t record_ticks(const struct record *r);

/* What kind of thing it was, as `report` tells them apart: "hypercall:mmu_update", "promote:L1", "iret". */
const char *record_label(char *out, size_t size, const struct trace *t, const struct record *r);

/* "d0v1", "idle". */
const char *who_label(char *out, size_t size, uint16_t domain, uint16_t vcpu);

/* A field by its name; `missing` when the event has none. */
int64_t record_value(const struct record *r, const char *name, int64_t missing);

#endif
