/* SPDX-License-Identifier: BSD-2-Clause */
/* Which CPUs and nodes the tools want a domain on. A wish that leaves no CPU is refused; a soft one is
 * remembered and not acted on. */
#include "control/toolstack.h"
#include "sched/sched.h"

#define BOTH (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)

static uint64_t wish(uint64_t cpus)
{
    return cpus ? cpus : ~0ull;
}

/* Reads what is wanted into *hard and *soft; what is not named stays. */
static int wishes_read(const struct xen_domctl_vcpuaffinity *a, uint64_t *hard, uint64_t *soft)
{
    int rc = 0;

    if (a->flags & XEN_VCPUAFFINITY_HARD)
        rc = bitmap_get(&a->cpumap_hard, hard);
    if (!rc && a->flags & XEN_VCPUAFFINITY_SOFT)
        rc = bitmap_get(&a->cpumap_soft, soft);
    return rc;
}

static int wishes_answer(const struct xen_domctl_vcpuaffinity *a, uint64_t hard, uint64_t soft)
{
    int rc = 0;

    if (a->flags & XEN_VCPUAFFINITY_HARD)
        rc = bitmap_put(&a->cpumap_hard, hard);
    if (!rc && a->flags & XEN_VCPUAFFINITY_SOFT)
        rc = bitmap_put(&a->cpumap_soft, soft);
    return rc;
}

/* The answer is what comes of it. */
long domctl_set_affinity(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
    uint64_t hard, soft;
    struct vcpu *of;
    int rc;

    if (a->vcpu >= d->vcpu_count || !(a->flags & BOTH) || a->flags & ~BOTH)
        return -EINVAL;
    of = d->vcpus[a->vcpu];
    hard = of->hard_affinity;
    soft = wish(of->soft_affinity);
    rc = wishes_read(a, &hard, &soft);
    if (rc)
        return rc;
    if (!(hard & cpus_online()) || !soft)
        return -EINVAL;
    rc = wishes_answer(a, hard & cpus_online(), soft & hard & cpus_online());
    if (rc)
        return rc;
    of->soft_affinity = soft;
    return sched_set_affinity(of, hard);
}

long domctl_get_affinity(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
    const struct vcpu *of;

    if (a->vcpu >= d->vcpu_count || !(a->flags & BOTH))
        return -EINVAL;
    of = d->vcpus[a->vcpu];
    return wishes_answer(a, of->hard_affinity, wish(of->soft_affinity));
}

/* There is one node. */
long domctl_set_nodes(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    uint64_t nodes;
    int rc = bitmap_get(&op->u.nodeaffinity.nodemap, &nodes);

    if (rc)
        return rc;
    return nodes & 1 ? 0 : -EINVAL;
}

long domctl_get_nodes(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    return bitmap_put(&op->u.nodeaffinity.nodemap, 1);
}
