/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of memory_op, each in the file of its noun; all return what the hypercall returns. */
#ifndef MM_MEMORY_OP_H
#define MM_MEMORY_OP_H


#include "mm/mm.h"

/* The ABI's headers expect the fixed-width types to be there. */
#include <xen/memory.h>

/* The operation's number in the low bits, how many extents were done before a restart above. */
#define MEMORY_OP_BITS 6

/* Named limits of what a guest may ask for at once. */
#define GUEST_MAX_ORDER    9
#define HARDWARE_MAX_ORDER 10

static inline unsigned memory_max_order(const struct vcpu *v)
{
    return v->domain->is_privileged ? HARDWARE_MAX_ORDER : GUEST_MAX_ORDER;
}

/* One past the last frame that `mem_flags` allow, ~0 for any. */
static inline uint64_t memory_limit(unsigned mem_flags)
{
    unsigned bits = XENMEMF_get_address_bits(mem_flags);

    if (bits == 0 || bits >= 52)
        return ~0ull;
    return bits <= PAGE_SHIFT ? 0 : 1ull << (bits - PAGE_SHIFT);
}

long memory_reservation(struct vcpu *v, unsigned op, uint64_t done, guest_ptr arg); /* reservation.c */
long memory_exchange(struct vcpu *v, guest_ptr arg);                               /* exchange.c */
long memory_machine_map(struct vcpu *v, guest_ptr arg);                            /* memory_map.c */
long memory_resource(struct vcpu *v, guest_ptr arg);                               /* resource.c */
long memory_map(struct vcpu *v, guest_ptr arg);
long memory_map_set(struct vcpu *v, guest_ptr arg);
long memory_machphys_mapping(struct vcpu *v, guest_ptr arg);
long memory_machphys_list(struct vcpu *v, guest_ptr arg);

#endif
