/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema of the events this build knows: text, its length, and its identity. */
#ifndef TRACE_SCHEMA_TEXT_H
#define TRACE_SCHEMA_TEXT_H

#include "lib/types.h"

extern const char trace_schema[];
extern const uint32_t trace_schema_bytes;

void trace_schema_uuid(uint8_t uuid[16]);

#endif
