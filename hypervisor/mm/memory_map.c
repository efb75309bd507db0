/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory maps: the machine's, a domain's own, and where the M2P is. */
#include "lib/string.h"
#include "mm/domain_memory.h"
#include "mm/foreign.h"
#include "mm/m2p.h"
#include "mm/memory_op.h"

static struct e820entry machine_map[MM_MAX_E820]; /* written at boot only */
static unsigned machine_entries;

void mm_set_machine_map(const struct e820entry *map, unsigned count)
{
    BUG_ON(count > MM_MAX_E820);
    memcpy(machine_map, map, count * sizeof(*map));
    machine_entries = count;
}

/* Copies a map out. A null buffer asks for the number only. */
static long map_out(guest_ptr arg, const struct e820entry *map, unsigned count)
{
    struct xen_memory_map m;

    if (guest_get(&m, arg))
        return -EFAULT;
    guest_ptr buffer = GPTR((uint64_t)m.buffer.p);
    if (buffer.va && m.nr_entries < count)
        return -EINVAL;
    if (buffer.va && guest_write(buffer, map, count * sizeof(*map)))
        return -EFAULT;
    m.nr_entries = count;
    return guest_put(arg, &m) ? -EFAULT : 0;
}

long memory_machine_map(struct vcpu *v, guest_ptr arg)
{
    if (!v->domain->is_hardware)
        return -EPERM;
    return map_out(arg, machine_map, machine_entries);
}

long memory_map(struct vcpu *v, guest_ptr arg)
{
    struct domain_memory *dm = domain_memory(v->domain);

    return dm->map_entries ? map_out(arg, dm->map, dm->map_entries) : -ENOSYS;
}

/* Where a domain's map goes; two callers may come at once. NULL without memory. */
static struct e820entry *map_room(struct domain_memory *dm)
{
    struct e820entry *none = NULL, *fresh = dm->map ? NULL : hv_alloc(0);

    if (fresh && !__atomic_compare_exchange_n(&dm->map, &none, fresh, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        hv_free(fresh, 0);
    return __atomic_load_n(&dm->map, __ATOMIC_ACQUIRE);
}

long memory_map_set(struct vcpu *v, guest_ptr arg)
{
    struct xen_foreign_memory_map request;
    struct domain *d;

    if (guest_get(&request, arg))
        return -EFAULT;
    int rc = foreign_domain(v, request.domid, &d);
    if (rc)
        return rc;
    if (!v->domain->is_privileged)
        return -EPERM;
    if (request.map.nr_entries > MM_MAX_E820)
        return -EINVAL;
    struct domain_memory *dm = domain_memory(d);
    struct e820entry *map = map_room(dm);
    if (!map)
        return -ENOMEM;
    /* Set before the domain runs; a reader meanwhile sees an empty map. */
    dm->map_entries = 0;
    if (guest_read(map, GPTR((uint64_t)request.map.buffer.p), request.map.nr_entries * sizeof(*map)))
        return -EFAULT;
    dm->map_entries = request.map.nr_entries;
    return 0;
}

long memory_machphys_mapping(struct vcpu *v, guest_ptr arg)
{
    struct xen_machphys_mapping m = {
        .v_start = M2P_VA, .v_end = M2P_END, .max_mfn = mm_max_frame() - 1};

    return guest_put(arg, &m) ? -EFAULT : 0;
}

/* The frames of the M2P itself, for the tools that save a domain: one number for each 2 MiB. */
long memory_machphys_list(struct vcpu *v, guest_ptr arg)
{
    struct xen_machphys_mfn_list list;
    unsigned n = 0;

    if (!v->domain->is_privileged)
        return -EPERM;
    if (guest_get(&list, arg))
        return -EFAULT;
    for (; n < list.max_extents; n++) {
        mfn_t m = m2p_frame(n);

        if (mfn_is_none(m))
            break;
        if (guest_put(gptr_add(GPTR((uint64_t)list.extent_start.p), n * 8ul), &m.n))
            return -EFAULT;
    }
    list.nr_extents = n;
    return guest_put(arg, &list) ? -EFAULT : 0;
}
