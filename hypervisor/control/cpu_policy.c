/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID as the tools handle it: lists of leaves, and words of features.
 *
 * Every domain has the same policy, that of pv/cpuid.c: user programs see the real processor anyway,
 * since CPUID is not privileged.
 */
#include "control/toolstack.h"
#include "pv/emulate.h"

/* Which leaves a list holds, and how many subleaves: what libxenguest has room for. */
static const struct {
    uint32_t first, last, subleaves; /* 0: the leaf has none */
} ranges[] = {
    {0x0, 0x3, 0},  {0x4, 0x4, 6},   {0x5, 0x6, 0},
    {0x7, 0x7, 2},  {0x8, 0xa, 0},   {0xb, 0xb, 2},
    {0xc, 0xc, 0},  {0xd, 0xd, 63},  {0x80000000, 0x80000008, 0},
};

#define LEAVES_MAX 1024 /* in a list of the tools' */
#define MSRS_MAX   2    /* the tools want room for as many as their own policies have */

/* Calls for each leaf until one fails; the number of leaves, or the error. */
static long each_leaf(struct vcpu *v, int (*see)(const xen_cpuid_leaf_t *leaf, uint32_t n, guest_ptr to),
                      guest_ptr to)
{
    uint32_t n = 0;

    for (unsigned r = 0; r < ARRAY_SIZE(ranges); r++)
        for (uint32_t leaf = ranges[r].first; leaf <= ranges[r].last; leaf++)
            for (uint32_t sub = 0; sub < MAX(ranges[r].subleaves, 1u); sub++) {
                struct cpuid c = cpuid_answer(v, leaf, sub);
                xen_cpuid_leaf_t out = {leaf, ranges[r].subleaves ? sub : XEN_CPUID_NO_SUBLEAF,
                                        c.eax, c.ebx, c.ecx, c.edx};
                int rc = see(&out, n++, to);

                if (rc)
                    return rc;
            }
    return n;
}

static int leaf_count(const xen_cpuid_leaf_t *leaf, uint32_t n, guest_ptr to)
{
    return 0;
}

static int leaf_put(const xen_cpuid_leaf_t *leaf, uint32_t n, guest_ptr to)
{
    return guest_put(gptr_add(to, n * sizeof(*leaf)), leaf);
}

static long leaves_answer(struct vcpu *v, guest_ptr to, uint32_t *room)
{
    long n = each_leaf(v, leaf_count, to);

    if (to.va && *room < n)
        return -ENOBUFS;
    *room = (uint32_t)n;
    n = to.va ? each_leaf(v, leaf_put, to) : 0;
    return n < 0 ? n : 0;
}

/* No model-specific register is part of a policy here. */
long sysctl_cpu_policy(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_cpu_policy *p = &op->u.cpu_policy;

    if (p->_rsvd || p->index > XEN_SYSCTL_cpu_policy_hvm_default)
        return -EINVAL;
    if (p->index == XEN_SYSCTL_cpu_policy_hvm_max || p->index == XEN_SYSCTL_cpu_policy_hvm_default)
        return -EOPNOTSUPP;
    p->nr_msrs = p->msrs.p ? 0 : MSRS_MAX;
    return leaves_answer(v, GPTR((uint64_t)p->leaves.p), &p->nr_leaves);
}

long domctl_get_cpu_policy(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;

    p->nr_msrs = 0;
    return leaves_answer(d->vcpus[0], GPTR((uint64_t)p->leaves.p), &p->nr_leaves);
}

/* A list that can be read is taken; what the domain sees stays what everybody sees. */
long domctl_set_cpu_policy(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;
    xen_cpuid_leaf_t leaf;

    if (p->nr_leaves > LEAVES_MAX || p->nr_msrs > MSRS_MAX)
        return -E2BIG;
    for (uint32_t i = 0; i < p->nr_leaves; i++)
        if (guest_get(&leaf, gptr_add(GPTR((uint64_t)p->leaves.p), i * sizeof(leaf))))
            return -EFAULT;
    return 0;
}

/* The words of <xen/arch-x86/cpufeatureset.h> in their order. */
long sysctl_cpu_featureset(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_cpu_featureset *f = &op->u.cpu_featureset;
    struct cpuid l1 = cpuid_answer(v, 1, 0), l7 = cpuid_answer(v, 7, 0), l71 = cpuid_answer(v, 7, 1);
    struct cpuid e1 = cpuid_answer(v, 0x80000001, 0);
    const uint32_t words[] = {
        l1.edx,
        l1.ecx,
        e1.edx,
        e1.ecx,
        cpuid_answer(v, 0xd, 1).eax,
        l7.ebx,
        l7.ecx,
        cpuid_answer(v, 0x80000007, 0).edx,
        cpuid_answer(v, 0x80000008, 0).ebx,
        l7.edx,
        l71.eax,
        cpuid_answer(v, 0x80000021, 0).eax,
        l71.ebx,
    };
    guest_ptr to = GPTR((uint64_t)f->features.p);
    uint32_t room = f->nr_features;

    if (f->index > XEN_SYSCTL_cpu_featureset_hvm_max)
        return -EINVAL;
    f->nr_features = ARRAY_SIZE(words);
    if (!to.va)
        return 0;
    return room < ARRAY_SIZE(words) ? -ENOBUFS : guest_write(to, words, sizeof(words));
}
