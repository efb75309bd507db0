/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine as the tools see it: one node, one socket for each CPU we run on. */
#include "control/toolstack.h"
#include "mm/mm.h"

#define LOCAL_DISTANCE 10 /* of a node to itself, in ACPI's measure */

/* CPUID's feature words in the order of <xen/arch-x86/cpufeatureset.h>, as many as there is room for. */
static void hardware_words(uint32_t *words)
{
    struct cpuid basic = cpuid(1, 0), extended = cpuid(0x80000001, 0);

    words[0] = basic.edx;
    words[1] = basic.ecx;
    words[2] = extended.edx;
    words[3] = extended.ecx;
    words[5] = cpuid(0, 0).eax >= 7 ? cpuid(7, 0).ebx : 0;
}

long sysctl_physinfo(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_physinfo *p = &op->u.physinfo;

    *p = (struct xen_sysctl_physinfo){
        .threads_per_core = 1,
        .cores_per_socket = 1,
        .nr_cpus = cpu_count(),
        .max_cpu_id = cpu_count() - 1,
        .nr_nodes = 1,
        .cpu_khz = (uint32_t)clock_tsc_khz(),
        .capabilities = XEN_SYSCTL_PHYSCAP_pv | XEN_SYSCTL_PHYSCAP_gnttab_v1,
        .total_pages = mm_ram_frames(),
        .free_pages = mm_free_frames(),
        .max_mfn = mm_max_frame() - 1,
    };
    hardware_words(p->hw_cap);
    return 0;
}

/* As many as the caller has room for; without a buffer only the number. */
long sysctl_cpu_topology(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_cputopoinfo *t = &op->u.cputopoinfo;
    guest_ptr at = GPTR((uint64_t)t->cputopo.p);
    uint32_t room = at.va ? t->num_cpus : 0;

    t->num_cpus = cpu_count();
    for (uint32_t i = 0; i < MIN(room, t->num_cpus); i++) {
        struct xen_sysctl_cputopo one = {.core = 0, .socket = i, .node = 0};

        if (guest_put(gptr_add(at, i * sizeof(one)), &one))
            return -EFAULT;
    }
    return 0;
}

long sysctl_numa(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_numainfo *n = &op->u.numainfo;
    guest_ptr memory = GPTR((uint64_t)n->meminfo.p), distances = GPTR((uint64_t)n->distance.p);
    struct xen_sysctl_meminfo node = {mm_ram_frames() << PAGE_SHIFT, mm_free_frames() << PAGE_SHIFT};
    uint32_t distance = LOCAL_DISTANCE;

    if (n->num_nodes && memory.va && guest_put(memory, &node))
        return -EFAULT;
    if (n->num_nodes && distances.va && guest_put(distances, &distance))
        return -EFAULT;
    n->num_nodes = 1;
    return 0;
}

/* No memory is kept apart by address width. */
long sysctl_heap(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_availheap *h = &op->u.availheap;

    if (h->node > 0)
        return -EINVAL;
    h->avail_bytes = mm_free_frames() << PAGE_SHIFT;
    return 0;
}
