/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vcpu_op hypercall: starting and stopping vCPUs, their timers, and where their data lives.
 *
 * [vcpu.once]  a vCPU is initialised by exactly one caller
 * [info.once]  v->info moves at most once, into a frame that stays writable and ours to write
 *
 * Not here: loading the registers of VCPUOP_initialise (vcpu_load_context).
 */
#include "event/event.h"
#include "hypercalls.h"
#include "mm/mm.h"
#include "pv/vcpu_op.h"
#include "sched/sched.h"
#include "x86/access.h"
#include <xen/sched.h>

/* False: another CPU is at it, setting v up. */
static bool claim(struct vcpu *v)
{
    return !__atomic_exchange_n(&sched_of(v)->is_claimed, true, __ATOMIC_SEQ_CST);
}

static void unclaim(struct vcpu *v)
{
    __atomic_store_n(&sched_of(v)->is_claimed, false, __ATOMIC_RELEASE);
}

int vcpu_initialise(struct vcpu *v, guest_ptr context)
{
    uint64_t first;
    int rc = -EEXIST;

    if (guest_get(&first, context)) /* a bad pointer is the first thing to be wrong */
        return -EFAULT;
    if (!claim(v))
        return -EEXIST;
    if (!v->is_initialised)
        rc = vcpu_load_context(v, context);
    if (!rc)
        __atomic_store_n(&v->is_initialised, true, __ATOMIC_RELEASE);
    unclaim(v);
    return rc;
}

static int up(struct vcpu *v)
{
    if (!__atomic_load_n(&v->is_initialised, __ATOMIC_ACQUIRE))
        return -EINVAL;
    sched_up(v);
    return 0;
}

/* The last vCPU to go down takes the domain with it. */
static int down(struct vcpu *v)
{
    struct domain *d = v->domain;

    for (unsigned i = 0; i < d->vcpu_count; i++) {
        if (d->vcpus[i] != v && d->vcpus[i]->is_up) {
            sched_down(v);
            return 0;
        }
    }
    on_domain_shutdown(d, SHUTDOWN_poweroff);
    return 0;
}

static int get_runstate(struct vcpu *v, guest_ptr out)
{
    struct vcpu_runstate_info info;

    runstate_read(v, &info);
    return guest_put(out, &info);
}

static int register_runstate(struct vcpu *v, guest_ptr arg)
{
    struct vcpu_register_runstate_memory_area a;
    struct vcpu_runstate_info info;
    int rc = guest_get(&a, arg);

    if (rc)
        return rc;
    runstate_read(v, &info);
    if (a.addr.p && guest_put(GPTR(a.addr.p), &info))
        return -EFAULT;
    v->runstate_area = GPTR(a.addr.p);
    return 0;
}

static int set_periodic(struct vcpu *v, guest_ptr arg)
{
    struct vcpu_set_periodic_timer t;
    int rc = guest_get(&t, arg);

    if (rc)
        return rc;
    /* 0 would stop it, which is an operation of its own. */
    return t.period_ns ? event_set_periodic(v, t.period_ns) : -EINVAL;
}

static int set_singleshot(struct vcpu *self, struct vcpu *v, guest_ptr arg)
{
    struct vcpu_set_singleshot_timer t;
    int rc;

    if (v != self)
        return -EINVAL;
    rc = guest_get(&t, arg);
    if (!rc)
        event_set_singleshot(v, t.timeout_abs_ns);
    return rc;
}

static int stop_singleshot(struct vcpu *self, struct vcpu *v)
{
    if (v != self)
        return -EINVAL;
    event_set_singleshot(v, ~0ull);
    return 0;
}

/* The old place is left as it is: kernels go on reading the clock there. All selector bits are set
 * in the new one because an event may have been marked in the old one after we copied it. */
static void move_info(struct vcpu *v, struct vcpu_info *to)
{
    *to = *v->info;
    __atomic_store_n(&v->info, to, __ATOMIC_SEQ_CST);
    pvclock_publish(v);
    __atomic_store_n(&to->evtchn_pending_sel, ~0ull, __ATOMIC_SEQ_CST);
    __atomic_store_n(&to->evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST);
    sched_notify(v);
}

static int info_set(struct vcpu *v, mfn_t m, unsigned offset)
{
    int rc = mm_hold(v->domain, m);

    if (rc)
        return rc;
    v->info_mfn = m;
    move_info(v, (struct vcpu_info *)((char *)frame_data(m) + offset));
    return 0;
}

static int register_info(struct vcpu *self, struct vcpu *v, guest_ptr arg)
{
    struct vcpu_register_vcpu_info a;
    int rc = guest_get(&a, arg);

    if (rc)
        return rc;
    if (a.offset > PAGE_SIZE - sizeof(struct vcpu_info) || a.offset % _Alignof(struct vcpu_info))
        return -ENXIO;
    if (!claim(v))
        return -EINVAL;
    if (!mfn_is_none(v->info_mfn) || (v != self && v->is_up))
        rc = -EINVAL;
    if (!rc)
        rc = info_set(v, MFN(a.mfn), a.offset);
    unclaim(v);
    return rc;
}

long hc_vcpu_op(struct vcpu *self, uint32_t cmd, uint32_t id, guest_ptr arg)
{
    struct vcpu *v;

    if (id >= self->domain->vcpu_count)
        return -ENOENT;
    v = self->domain->vcpus[id];
    switch (cmd) {
    case VCPUOP_initialise:
        return vcpu_initialise(v, arg);
    case VCPUOP_up:
        return up(v);
    case VCPUOP_down:
        return down(v);
    case VCPUOP_is_up:
        return v->is_up;
    case VCPUOP_get_runstate_info:
        return get_runstate(v, arg);
    case VCPUOP_register_runstate_memory_area:
        return register_runstate(v, arg);
    case VCPUOP_set_periodic_timer:
        return set_periodic(v, arg);
    case VCPUOP_stop_periodic_timer:
        return event_set_periodic(v, 0);
    case VCPUOP_set_singleshot_timer:
        return set_singleshot(self, v, arg);
    case VCPUOP_stop_singleshot_timer:
        return stop_singleshot(self, v);
    case VCPUOP_register_vcpu_info:
        return register_info(self, v, arg);
    case VCPUOP_get_physid: /* answered for vCPUs that are bound to one CPU for good: none are */
        return -EINVAL;
    default:
        return -ENOSYS;
    }
}
