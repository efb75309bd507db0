/* SPDX-License-Identifier: BSD-2-Clause */
/* Bringing up the other CPUs; used by main.c. */
#ifndef CORE_CPUS_H
#define CORE_CPUS_H

#include "lib/types.h"

/* What every CPU does on its own stack before it can run a vCPU; its idle vCPU is made. */
void cpu_prepare(void);

/* Starts, one after the other, the processors the firmware lists, up to options.max_cpus. `alloc` hands out
 * zeroed frames. */
void cpus_start(mfn_t (*alloc)(void));

#endif
