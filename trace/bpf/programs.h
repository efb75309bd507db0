/* SPDX-License-Identifier: BSD-2-Clause */
/* The BPF programs in the kernel: those that are wanted and that this kernel has something to attach to. */
#ifndef BPF_PROGRAMS_H
#define BPF_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t u64;
typedef int64_t s64;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint16_t u16;
#include "build/trace/bpf/guest.skel.h"

/* Is `class` in the list with commas? NULL is all. */
bool programs_want(const char *classes, const char *class);

/* Loaded, not yet attached; `recorder` is the process that is left out. Both fail with a sentence. */
struct guest *programs_load(const char *classes, uint32_t recorder);
void programs_attach(struct guest *g);

#endif
