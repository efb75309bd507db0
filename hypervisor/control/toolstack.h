/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files that answer the toolstack share and nobody else sees.
 *
 * A sub-operation gets its argument already copied in, its domain already found (domctl), and returns 0
 * or -errno; what it leaves in the argument is copied back when it returns 0 and its row says so.
 */
#ifndef CONTROL_TOOLSTACK_H
#define CONTROL_TOOLSTACK_H

#include "domain/domain.h"

#include <xen/sysctl.h>
#include <xen/domctl.h>

/* --- domain_info.c --- */

void domain_describe(struct domain *d, struct xen_domctl_getdomaininfo *info);
long sysctl_domain_list(struct vcpu *v, struct xen_sysctl *op);
long domctl_domain_info(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_vcpu_info(struct vcpu *v, struct domain *d, struct xen_domctl *op);

/* --- machine_info.c --- */

long sysctl_physinfo(struct vcpu *v, struct xen_sysctl *op);
long sysctl_cpu_topology(struct vcpu *v, struct xen_sysctl *op);
long sysctl_numa(struct vcpu *v, struct xen_sysctl *op);
long sysctl_heap(struct vcpu *v, struct xen_sysctl *op);

/* --- trace_buffers.c --- */

long sysctl_trace_buffers(struct vcpu *v, struct xen_sysctl *op);

/* --- cpu_pool.c --- */

long sysctl_sched_id(struct vcpu *v, struct xen_sysctl *op);
long sysctl_cpu_pool(struct vcpu *v, struct xen_sysctl *op);
long sysctl_scheduler(struct vcpu *v, struct xen_sysctl *op);
long domctl_scheduler(struct vcpu *v, struct domain *d, struct xen_domctl *op);

/* --- console_io.c --- */

long sysctl_read_console(struct vcpu *v, struct xen_sysctl *op);

/* --- debug_keys.c --- */

long sysctl_debug_keys(struct vcpu *v, struct xen_sysctl *op);

/* --- cpu_policy.c --- */

long sysctl_cpu_policy(struct vcpu *v, struct xen_sysctl *op);
long sysctl_cpu_featureset(struct vcpu *v, struct xen_sysctl *op);

long domctl_get_cpu_policy(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_set_cpu_policy(struct vcpu *v, struct domain *d, struct xen_domctl *op);

/* --- domain_birth.c --- */

long domctl_create(struct vcpu *v, struct domain *none, struct xen_domctl *op);
long domctl_max_vcpus(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_max_memory(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_set_context(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_hypercall_page(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_set_width(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_get_width(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_set_tsc(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_set_time_offset(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_get_tsc(struct vcpu *v, struct domain *d, struct xen_domctl *op);

/* --- vcpu_state.c --- */

long domctl_get_context(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_resume(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_trigger(struct vcpu *v, struct domain *d, struct xen_domctl *op);

/* --- affinity.c --- */

long domctl_set_affinity(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_get_affinity(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_set_nodes(struct vcpu *v, struct domain *d, struct xen_domctl *op);
long domctl_get_nodes(struct vcpu *v, struct domain *d, struct xen_domctl *op);

/* --- turn.c --- */

/* From here to turn_drop() no other CPU serves the tools. False: one does, -ERESTART. */
bool turn_take(void) must_check;
void turn_drop(void);

/* --- bitmap.c --- */

/* The tools' bit maps: as many bytes as they have room for; what lies beyond 64 bits is zero. 0, -EFAULT. */
int bitmap_put(const struct xenctl_bitmap *to, uint64_t bits) must_check;
int bitmap_get(const struct xenctl_bitmap *from, uint64_t *bits) must_check;

static inline uint64_t cpus_online(void)
{
    return ~0ull >> (64 - cpu_count());
}

#endif
