/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting the trace; within core/. */
#ifndef CORE_TRACING_H
#define CORE_TRACING_H

#include "x86/x86.h"

/* Begins to record on the calling CPU, the first, if the command line says so. Needs heap and clock. */
void tracing_start(void);

/* Every other CPU, before it runs anything. */
void tracing_cpu_start(struct cpu *c);

#endif
