/* SPDX-License-Identifier: BSD-2-Clause */
/* What the verbs of vtrace share: which records are wanted, how values are written, how one complains. */
#ifndef VTRACE_VTRACE_H
#define VTRACE_VTRACE_H

#include <stdio.h>

#include "trace/vtrace/file.h"

/* --- Options that every verb understands (main.c) --- */

struct options {
    const char *events; /* classes and events, separated by commas; NULL: all */
    long cpu, domain;   /* -1: all */
    uint64_t limit;     /* records at most; 0: all */
    const char *output;
    const char *guest;  /* merge: the guest's CTF directory */
};

/* --- Filter (filter.c) --- */

struct filter {
    const struct options *options;
    bool wanted[65536]; /* by number of event */
};

/* False, with a sentence in `why`, when an event or class does not exist. */
bool filter_make(struct filter *f, const struct trace *t, const struct options *o, char *why,
                 size_t why_size);
bool filter_passes(const struct filter *f, const struct record *r);

/* --- Text (text.c) --- */

/* ns with three figures and a unit: "1.23 us". */
const char *text_ns(char *out, size_t size, double ns);

/* A field of a record as its unit wants it. */
const char *text_field(char *out, size_t size, const struct trace *t, const struct field *f,
                       int64_t v);

/* The completeness line, and what is missing, if anything is. */
void print_completeness(FILE *out, const struct trace *t);

/* --- Verbs; each returns the exit status --- */

int verb_list(const struct trace *t, const struct options *o);
int verb_cat(const struct trace *t, const struct options *o);
int verb_report(const struct trace *t, const struct options *o);
int verb_export_ctf(const struct trace *t, const struct options *o);
int verb_merge(const struct trace *t, const struct options *o);

/* --- CTF metadata (ctf.c); `schema`: text to carry along, or NULL --- */

#define CTF_SCHEMA_BEGIN "/* schema:"
#define CTF_SCHEMA_END   "schema */"

void ctf_metadata(FILE *f, const struct trace *t, const char *schema);

/* --- Complaints: a sentence that says what to do, exit status 2 --- */

__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* 0 when all is there, 3 when records are missing. */
int exit_status(const struct trace *t);

#endif
