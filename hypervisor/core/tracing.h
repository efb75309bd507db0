/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting the trace; within core/. */
#ifndef CORE_TRACING_H
#define CORE_TRACING_H

#include "core/boot.h"
#include "x86/x86.h"

/* Keeps what a boot before this one left in memory, and takes the place where ours is described. Before any other
 * memory is given out. */
void tracing_place(const struct boot_info *boot);

/* Begins to record on the calling CPU, the first, if the command line says so. Needs heap and clock. */
void tracing_start(void);

/* Every other CPU, before it runs anything. */
void tracing_cpu_start(struct cpu *c);

#endif
