/* SPDX-License-Identifier: BSD-2-Clause */
/* memory_op: the decoder, and the questions that need no more than a number. */
#include "mm/memory_op.h"
#include "hypercalls.h"
#include "mm/foreign.h"

static long domain_question(struct vcpu *v, unsigned op, guest_ptr arg)
{
    domid_t id;
    const shared_info_t *shared;
    struct domain *d;

    if (guest_get(&id, arg))
        return -EFAULT;
    int rc = foreign_domain(v, id, &d);
    if (rc)
        return rc;
    switch (op) {
    case XENMEM_current_reservation:
        return __atomic_load_n(&d->pages, __ATOMIC_RELAXED);
    case XENMEM_maximum_reservation:
        return d->max_pages;
    default:
        shared = __atomic_load_n(&d->shared_info, __ATOMIC_ACQUIRE);
        return shared ? shared->arch.max_pfn : 0;
    }
}

long hc_memory_op(struct vcpu *v, uint64_t cmd, guest_ptr arg)
{
    unsigned op = cmd & ((1u << MEMORY_OP_BITS) - 1);

    switch (op) {
    case XENMEM_increase_reservation:
    case XENMEM_decrease_reservation:
    case XENMEM_populate_physmap:
        return memory_reservation(v, op, cmd >> MEMORY_OP_BITS, arg);
    case XENMEM_exchange:
        return memory_exchange(v, arg);
    case XENMEM_maximum_ram_page:
        return mm_max_frame() - 1;
    case XENMEM_current_reservation:
    case XENMEM_maximum_reservation:
    case XENMEM_maximum_gpfn:
        return domain_question(v, op, arg);
    case XENMEM_memory_map:
        return memory_map(v, arg);
    case XENMEM_machine_memory_map:
        return memory_machine_map(v, arg);
    case XENMEM_set_memory_map:
        return memory_map_set(v, arg);
    case XENMEM_machphys_mapping:
        return memory_machphys_mapping(v, arg);
    case XENMEM_machphys_mfn_list:
        return memory_machphys_list(v, arg);
    case XENMEM_acquire_resource:
        return memory_resource(v, arg);
    case XENMEM_claim_pages: /* a promise nobody needs: populate says what there is */
        return v->domain->is_privileged ? 0 : -EPERM;
    case XENMEM_get_sharing_freed_pages:
    case XENMEM_get_sharing_shared_pages:
        return 0;
    case XENMEM_get_vnumainfo:
    case XENMEM_reserved_device_memory_map:
        return -EOPNOTSUPP;
    default:
        return -ENOSYS;
    }
}
