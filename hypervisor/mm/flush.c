/* SPDX-License-Identifier: BSD-2-Clause */
/* Which CPUs a guest's flush concerns. A vCPU's translations are on the CPU that runs it: turning to another
 * vCPU loads CR3, which drops them. */
#include "mm/flush.h"
#include "trace/trace.h"

int flush_mask_read(struct domain *d, guest_ptr mask, uint64_t *cpus)
{
    uint64_t bits = 0;

    _Static_assert(MAX_VCPUS_PER_DOM <= 64, "one word holds the mask");
    if (guest_read(&bits, mask, (d->vcpu_count + 7) / 8))
        return -EFAULT;
    *cpus = 0;
    for (unsigned i = 0; i < d->vcpu_count; i++)
        if (bits >> i & 1 && d->vcpus[i])
            *cpus |= cpu_of(d->vcpus[i]);
    return 0;
}

static inline void flush(struct vcpu *v, uint64_t cpus, const uint64_t *page)
{
    if (page && cpus & cpu_of(v)) {
        invlpg(*page); /* of a non-canonical address: nothing */
        cpus &= ~cpu_of(v);
    }
    cpus &= v->domain->dirty_cpus | cpu_of(v);
    if (cpus)
        tlb_flush(cpus);
}

/* Apart, or the compiler loads what is to be tested for both cases of `page`. */
static __attribute__((noinline, cold)) void note_flush(uint64_t cpus, const uint64_t *page)
{
    trace_tlb_flush(cpus, page ? *page : ~0ull);
}

/* Apart, so that nothing is kept for its sake while nothing is recorded. */
static __attribute__((noinline, cold)) void flush_recorded(struct vcpu *v, uint64_t cpus, const uint64_t *page)
{
    note_flush(cpus, page);
    flush(v, cpus, page);
}

void flush_cpus(struct vcpu *v, uint64_t cpus, const uint64_t *page)
{
    if (trace_wants(tlb_flush))
        flush_recorded(v, cpus, page);
    else
        flush(v, cpus, page);
}
