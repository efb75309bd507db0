/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPUs of a host test of x86/smp.c; this_cpu() cannot find one by its stack there. */
#ifndef SMP_FAKE_CPUS_H
#define SMP_FAKE_CPUS_H

#include "x86/smp.h"

extern struct cpu fake_cpus[];
extern __thread unsigned fake_cpu_id;

static inline struct cpu *fake_this_cpu(void)
{
    return &fake_cpus[fake_cpu_id];
}

#define this_cpu fake_this_cpu

#endif
