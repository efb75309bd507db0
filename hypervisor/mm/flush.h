/* SPDX-License-Identifier: BSD-2-Clause */
/* TLB flushes a guest asks for. */
#ifndef MM_FLUSH_H
#define MM_FLUSH_H

#include "mm/mm.h"

/* CPUs that may hold translations of v's own making: where it runs. */
static inline uint64_t cpu_of(const struct vcpu *v)
{
    return 1ull << v->cpu;
}

/* The CPUs of the vCPUs in the guest's bit map at `mask`. 0 or -EFAULT. */
int flush_mask_read(struct domain *d, guest_ptr mask, uint64_t *cpus) must_check;

/* One page, or everything when page is NULL, on those CPUs. */
void flush_cpus(struct vcpu *v, uint64_t cpus, const uint64_t *page);

#endif
