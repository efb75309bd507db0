/* SPDX-License-Identifier: BSD-2-Clause */
/* The one pool of CPUs there is, who schedules it, and what share of it a domain has. */
#include "control/toolstack.h"
#include "lib/string.h"
#include "sched/sched.h"

/* The ABI's number for a policy. It has none for round robin: "null" is the one of which the tools know
 * that it has no parameters to set. */
static uint32_t scheduler_number(void)
{
    static const struct {
        const char *name;
        uint32_t number;
    } known[] = {{"credit", XEN_SCHEDULER_CREDIT}, {"credit2", XEN_SCHEDULER_CREDIT2}};

    for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
        if (strcmp(known[i].name, sched_name()) == 0)
            return known[i].number;
    return XEN_SCHEDULER_NULL;
}

long sysctl_sched_id(struct vcpu *v, struct xen_sysctl *op)
{
    op->u.sched_id.sched_id = scheduler_number();
    return 0;
}

static uint32_t domains_present(void)
{
    uint32_t n = 0;

    for (domid_t id = 0; id < MAX_DOMAINS; id++)
        n += domain_by_id(id) != NULL;
    return n;
}

static long pool_info(struct xen_sysctl_cpupool_op *p)
{
    if (p->cpupool_id)
        return -ENOENT; /* pools from this number on are asked for */
    p->sched_id = scheduler_number();
    p->n_dom = domains_present();
    return bitmap_put(&p->cpumap, cpus_online());
}

long sysctl_cpu_pool(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_cpupool_op *p = &op->u.cpupool_op;

    switch (p->op) {
    case XEN_SYSCTL_CPUPOOL_OP_INFO:
        return pool_info(p);
    case XEN_SYSCTL_CPUPOOL_OP_FREEINFO: /* every CPU is in the pool */
        return bitmap_put(&p->cpumap, 0);
    case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:
        return p->cpupool_id ? -ENOENT : 0;
    default: /* there is one pool, and it keeps its CPUs */
        return -EOPNOTSUPP;
    }
}

/* The length of a turn is all of it that we have: no least time of running, no cost of moving. */
static long turn_set(const struct xen_sysctl_credit_schedule *wanted)
{
    if (wanted->ratelimit_us || wanted->vcpu_migr_delay_us)
        return -EINVAL;
    return sched_slice_set(wanted->tslice_ms * 1000000ull);
}

/* Either answers what it is then. */
long sysctl_scheduler(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_scheduler_op *s = &op->u.scheduler_op;
    long rc = 0;

    if (s->cpupool_id)
        return -ENOENT;
    if (s->sched_id != XEN_SCHEDULER_CREDIT || scheduler_number() != XEN_SCHEDULER_CREDIT)
        return -EOPNOTSUPP;
    if (s->cmd == XEN_SYSCTL_SCHEDOP_putinfo)
        rc = turn_set(&s->u.sched_credit);
    else if (s->cmd != XEN_SYSCTL_SCHEDOP_getinfo)
        rc = -EOPNOTSUPP;
    s->u.sched_credit = (struct xen_sysctl_credit_schedule){.tslice_ms = (uint32_t)(sched_slice_ns / 1000000)};
    return rc;
}

/* Weight and cap of a domain, as the credit policy has them. */
long domctl_scheduler(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_scheduler_op *s = &op->u.scheduler_op;
    struct sched_share share = sched_of(d->vcpus[0])->share;

    if (s->sched_id != XEN_SCHEDULER_CREDIT || scheduler_number() != XEN_SCHEDULER_CREDIT)
        return -EOPNOTSUPP;
    switch (s->cmd) {
    case XEN_DOMCTL_SCHEDOP_getinfo:
        s->u.credit = (struct xen_domctl_sched_credit){(uint16_t)share.weight, (uint16_t)share.cap};
        return 0;
    case XEN_DOMCTL_SCHEDOP_putinfo:
        share.weight = s->u.credit.weight;
        share.cap = s->u.credit.cap;
        return sched_share_set(d, &share);
    default:
        return -EOPNOTSUPP;
    }
}
