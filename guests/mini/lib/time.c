/* SPDX-License-Identifier: BSD-2-Clause */
/* The paravirtual clock: TSC scaled by what vcpu_info.time says. */
#include "mini.h"

u64 tsc_read(void)
{
    u32 low, high;

    asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
    return (u64)high << 32 | low;
}

u64 time_ns(void)
{
    const volatile struct vcpu_time_info *t = &vcpu_info()->time;
    u32 version;
    u64 delta, ns;

    do {
        version = t->version;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        delta = tsc_read() - t->tsc_timestamp;
        delta = t->tsc_shift >= 0 ? delta << t->tsc_shift : delta >> -t->tsc_shift;
        ns = t->system_time + (u64)(((unsigned __int128)delta * t->tsc_to_system_mul) >> 32);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (version & 1 || version != t->version);
    return ns;
}
