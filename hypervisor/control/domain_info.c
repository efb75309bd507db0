/* SPDX-License-Identifier: BSD-2-Clause */
/* Domains and vCPUs as the tools see them. */
#include "control/toolstack.h"
#include "lib/string.h"
#include "sched/sched.h"

static uint64_t cpu_time_ns(const struct vcpu *v)
{
    struct vcpu_runstate_info r;

    runstate_read(v, &r);
    return r.time[RUNSTATE_running];
}

/* Blocked: every vCPU that is up waits for an event. */
static uint32_t run_flags(struct domain *d)
{
    uint32_t flags = XEN_DOMINF_blocked;

    for (unsigned i = 0; i < d->vcpu_count; i++) {
        const struct vcpu *v = d->vcpus[i];

        if (!v->is_up)
            continue;
        if (v->state == VCPU_RUNNING)
            flags |= XEN_DOMINF_running;
        if (v->state != VCPU_BLOCKED)
            flags &= ~XEN_DOMINF_blocked;
    }
    return flags;
}

/* A domain that died may have been shut down before or not; the tools look at the code only if it was. */
static uint32_t flags_of(struct domain *d)
{
    uint32_t code = (uint32_t)d->shutdown_reason << XEN_DOMINF_shutdownshift;

    switch (d->state) {
    case DOMAIN_PAUSED:
        return XEN_DOMINF_paused;
    case DOMAIN_SHUTDOWN:
        return XEN_DOMINF_shutdown | code;
    case DOMAIN_DYING:
        return XEN_DOMINF_dying | XEN_DOMINF_shutdown | code;
    default:
        return run_flags(d);
    }
}

void domain_describe(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
    *info = (struct xen_domctl_getdomaininfo){
        .domain = d->id,
        .flags = flags_of(d),
        .tot_pages = d->pages,
        .max_pages = d->max_pages,
        .shared_info_frame = d->shared_info_mfn.n,
        .max_vcpu_id = d->vcpu_count - 1,
    };
    for (unsigned i = 0; d->state != DOMAIN_DYING && i < d->vcpu_count; i++) {
        info->cpu_time += cpu_time_ns(d->vcpus[i]);
        info->nr_online_vcpus += d->vcpus[i]->is_up;
    }
    memcpy(info->handle, d->handle, sizeof(info->handle));
}

long sysctl_domain_list(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_getdomaininfolist *list = &op->u.getdomaininfolist;
    guest_ptr at = GPTR((uint64_t)list->buffer.p);
    struct xen_domctl_getdomaininfo info;

    list->num_domains = 0;
    for (unsigned id = list->first_domain; id < MAX_DOMAINS; id++) {
        struct domain *d = domain_by_id((domid_t)id);

        if (!d)
            continue;
        if (list->num_domains == list->max_domains)
            break;
        domain_describe(d, &info);
        if (guest_put(gptr_add(at, list->num_domains * sizeof(info)), &info))
            return -EFAULT;
        list->num_domains++;
    }
    return 0;
}

/* Answers for the first domain from the given number on. */
long domctl_domain_info(struct vcpu *v, struct domain *given, struct xen_domctl *op)
{
    for (unsigned id = op->domain; id < MAX_DOMAINS; id++) {
        struct domain *d = domain_by_id((domid_t)id);

        if (!d)
            continue;
        domain_describe(d, &op->u.getdomaininfo);
        op->domain = d->id;
        return 0;
    }
    return -ESRCH;
}

long domctl_vcpu_info(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_getvcpuinfo *info = &op->u.getvcpuinfo;
    const struct vcpu *of;

    if (info->vcpu >= d->vcpu_count)
        return -EINVAL;
    of = d->vcpus[info->vcpu];
    info->online = of->is_up;
    info->blocked = of->state == VCPU_BLOCKED;
    info->running = of->state == VCPU_RUNNING;
    info->cpu_time = cpu_time_ns(of);
    info->cpu = of->cpu;
    return 0;
}
