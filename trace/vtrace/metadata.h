/* SPDX-License-Identifier: BSD-2-Clause */
/* The metadata of a CTF 1.8 trace whose streams are packets of trace/ring.h. */
#ifndef VTRACE_METADATA_H
#define VTRACE_METADATA_H

#include <stdio.h>

#include "trace/vtrace/file.h"

#define CTF_SCHEMA_BEGIN "/* schema:"
#define CTF_SCHEMA_END   "schema */"

/* `schema`: text that the metadata carry along between those marks, or NULL. */
void ctf_metadata(FILE *f, const struct trace *t, const char *schema);

/* Makes the directory: metadata, and a file for each ring (export/ctf.c). */
void ctf_write(const struct trace *t, const char *directory);

#endif
