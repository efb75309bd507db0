/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the tools make a domain: create, give it memory (memory_op), fill that through foreign mappings, pin
 * its tables (mmuext_op), set its first vCPU, unpause.
 *
 * [birth.kind] only what we have: 64-bit PV, grant tables of version 1
 */
#include "control/create.h"
#include "control/toolstack.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "pv/emulate.h"
#include "pv/pv.h"
#include "pv/vcpu_op.h"
#include "sched/sched.h"

#define WIDTH              64
#define TSC_DEFAULT        0 /* XEN_CPUID_TSC_MODE_DEFAULT and _NEVER_EMULATE: the same here */
#define TSC_NEVER_EMULATE  2
#define TIME_OFFSET_MAX_S (50ll * 365 * 86400)
#define HANDLES_PER_FRAME  512 /* what the tools count mappings in */

static uint32_t limit(int32_t wanted, uint32_t by_default)
{
    return wanted < 0 ? by_default : (uint32_t)wanted;
}

static bool is_possible(const struct xen_domctl_createdomain *c)
{
    return !c->flags && !c->iommu_opts && !c->vmtrace_size && !c->cpupool_id &&
           (c->grant_opts & XEN_DOMCTL_GRANT_version_mask) <= 1 && !c->arch.emulation_flags &&
           !(c->arch.misc_flags & ~XEN_X86_MSR_RELAXED);
}

/* The number after the last one given: tools and guests remember numbers for a while. */
static domid_t next_number(void)
{
    static domid_t last; /* a race gives two callers one number, and one of them -EEXIST */

    for (unsigned tried = 1; tried < MAX_DOMAINS; tried++) {
        last = last + 1 < MAX_DOMAINS ? last + 1 : 1;
        if (!domain_by_id(last))
            return last;
    }
    return DOMID_INVALID;
}

long domctl_create(struct vcpu *v, struct domain *none, struct xen_domctl *op)
{
    const struct xen_domctl_createdomain *c = &op->u.createdomain;
    bool any = op->domain == 0 || op->domain >= DOMID_FIRST_RESERVED;
    struct domain_config config = {
        .id = op->domain,
        .vcpus = c->max_vcpus,
        .grant_frames = MAX(limit(c->max_grant_frames, GRANT_FRAMES_MAX), 1u),
    };
    struct domain *d;
    int rc;

    if (!is_possible(c))
        return -EINVAL;
    config.grant_handles =
        MIN(limit(c->max_maptrack_frames, GRANT_HANDLES_MAX) * (uint64_t)HANDLES_PER_FRAME, GRANT_HANDLES);
    if (any)
        config.id = next_number();
    if (config.id == DOMID_INVALID)
        return -ENOMEM;
    memcpy(config.handle, c->handle, sizeof(config.handle));
    rc = domain_create(&config, &d);
    if (!rc)
        op->domain = d->id;
    return rc;
}

/* All vCPUs are there from creation. */
long domctl_max_vcpus(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    return op->u.max_vcpus.max == d->vcpu_count ? 0 : -EINVAL;
}

/* Below what it has now the domain only cannot get more. */
long domctl_max_memory(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    d->max_pages = op->u.max_mem.max_memkb >> (PAGE_SHIFT - 10);
    return 0;
}

/* A vCPU gets its first state while the domain is made; later only its registers change, as when a domain
 * goes on after a save that failed. */
long domctl_set_context(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpucontext *c = &op->u.vcpucontext;
    guest_ptr context = GPTR((uint64_t)c->ctxt.p);
    unsigned long flags;
    struct vcpu *of;
    int rc;

    if (c->vcpu >= d->vcpu_count || d->state == DOMAIN_RUNNING)
        return -EINVAL;
    of = d->vcpus[c->vcpu];
    if (of->is_initialised)
        return sched_is_stopped(of) ? vcpu_set_registers(of, context) : -ERESTART;
    if (d->state != DOMAIN_PAUSED)
        return -EINVAL;
    if (guest_get(&flags, gptr_add(context, offsetof(vcpu_guest_context_t, flags))))
        return -EFAULT;
    rc = vcpu_initialise(of, context);
    if (!rc && flags & VGCF_online)
        sched_up(of);
    return rc;
}

long domctl_hypercall_page(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    mfn_t m = MFN(op->u.hypercall_init.gmfn);
    int rc = mm_hold(d, m);

    if (rc)
        return rc;
    hypercall_page_fill(frame_data(m));
    mm_release(d, m);
    return 0;
}

long domctl_set_width(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    return op->u.address_size.size == WIDTH ? 0 : -EINVAL;
}

long domctl_get_width(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    op->u.address_size.size = WIDTH;
    return 0;
}

/* RDTSC is never trapped. */
long domctl_set_tsc(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    uint32_t mode = op->u.tsc_info.tsc_mode;

    return mode == TSC_DEFAULT || mode == TSC_NEVER_EMULATE ? 0 : -EOPNOTSUPP;
}

/* The far end of what a 64-bit count of nanoseconds can say is nobody's time zone. */
long domctl_set_time_offset(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    int64_t offset_s = op->u.settimeoffset.time_offset_seconds;

    if (offset_s > TIME_OFFSET_MAX_S || offset_s < -TIME_OFFSET_MAX_S)
        return -EINVAL;
    d->time_offset_s = offset_s;
    wallclock_publish(d);
    return 0;
}

long domctl_get_tsc(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
    op->u.tsc_info = (struct xen_domctl_tsc_info){
        .tsc_mode = TSC_NEVER_EMULATE,
        .gtsc_khz = (uint32_t)clock_tsc_khz(),
        .elapsed_nsec = clock_ns(),
    };
    return 0;
}
