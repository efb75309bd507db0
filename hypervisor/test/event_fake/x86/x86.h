/* SPDX-License-Identifier: BSD-2-Clause */
/* x86.h for host tests: this_cpu() and frame_data() cannot find anything by address there. */
#ifndef FAKE_X86_H
#define FAKE_X86_H

#define on_exit hv_on_exit /* <stdlib.h> has a function of this name */
#include "../../../x86/x86.h"
#undef on_exit

extern struct cpu fake_cpus[];
extern __thread unsigned fake_cpu_id; /* threads may play CPUs */

static inline struct cpu *fake_this_cpu(void)
{
    return &fake_cpus[fake_cpu_id];
}

void *fake_frame_data(mfn_t m);
mfn_t fake_mfn_of(const void *p);

#define this_cpu   fake_this_cpu
#define frame_data fake_frame_data
#define mfn_of     fake_mfn_of

#endif
