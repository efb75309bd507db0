/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock a guest reads without asking: now = system_time + scale(rdtsc - tsc_timestamp).
 *
 * Every vCPU gets the same anchor, the instant of boot, and the scale clock_ns() uses, so all
 * vCPUs and the hypervisor read the same time from the same TSC value and nothing has to be
 * refreshed.
 *
 * [pvclock.same]     for every TSC value the guest's formula gives what clock_ns() gives
 * [pvclock.version]  version is odd while the other fields change
 */
#include "sched/sched.h"

#define NS_PER_S 1000000000ull

static uint64_t wall_at_boot_ns; /* UTC when system time was 0; wall_lock */
static bool wall_is_set;
static struct lock wall_lock;

/* One word, one store: the compiler must neither merge nor move it. */
#define PUT(field, value) __atomic_store_n(&(field), (value), __ATOMIC_SEQ_CST)

void pvclock_publish(struct vcpu *v)
{
    struct vcpu_time_info *t = &v->info->time;
    struct clock_scale scale = clock_scale();
    uint32_t version = t->version | 1; /* the guest's memory: only the parity is ours to rely on */

    PUT(t->version, version);
    PUT(t->tsc_timestamp, clock_tsc_at_boot());
    PUT(t->system_time, 0);
    PUT(t->tsc_to_system_mul, scale.mul);
    PUT(t->tsc_shift, scale.shift);
    PUT(t->flags, 0);
    PUT(t->version, version + 1);
}

static uint64_t wall_at_boot(void)
{
    if (!wall_is_set) {
        wall_at_boot_ns = clock_wall_at_boot();
        wall_is_set = true;
    }
    return wall_at_boot_ns;
}

static void publish(struct domain *d, uint64_t utc_ns)
{
    shared_info_t *s = d->shared_info;
    uint32_t version;

    if (!s)
        return;
    utc_ns += (uint64_t)d->time_offset_s * NS_PER_S;
    version = s->wc_version | 1;
    PUT(s->wc_version, version);
    PUT(s->wc_sec, (uint32_t)(utc_ns / NS_PER_S));
    PUT(s->wc_sec_hi, (uint32_t)(utc_ns / NS_PER_S >> 32));
    PUT(s->wc_nsec, (uint32_t)(utc_ns % NS_PER_S));
    PUT(s->wc_version, version + 1);
}

void wallclock_publish(struct domain *d)
{
    lock_take(&wall_lock);
    publish(d, wall_at_boot());
    lock_drop(&wall_lock);
}

void wallclock_set(uint64_t utc_ns, uint64_t system_ns)
{
    lock_take(&wall_lock);
    wall_at_boot_ns = utc_ns - system_ns;
    wall_is_set = true;
    for (domid_t id = 0; id < MAX_DOMAINS; id++) {
        struct domain *d = domain_by_id(id);

        if (d)
            publish(d, wall_at_boot_ns);
    }
    lock_drop(&wall_lock);
}
