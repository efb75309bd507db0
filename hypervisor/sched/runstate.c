/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run states: how long a vCPU ran, was kept waiting, slept, was off.
 *
 * [runstate.sum]  the four times of a vCPU plus the time in its present state add up to its age
 */
#include "sched/queue.h"
#include "x86/access.h"

_Static_assert(VCPU_RUNNING == RUNSTATE_running && VCPU_RUNNABLE == RUNSTATE_runnable &&
                   VCPU_BLOCKED == RUNSTATE_blocked && VCPU_OFFLINE == RUNSTATE_offline,
               "the ABI's numbers");

void runstate_change(struct vcpu *v, enum vcpu_state state, uint64_t now)
{
    v->time_in_state[v->state] += now - v->state_since_ns;
    v->state_since_ns = now;
    v->state = state;
}

static void snapshot(const struct vcpu *v, struct vcpu_runstate_info *out)
{
    *out = (struct vcpu_runstate_info){.state = v->state, .state_entry_time = v->state_since_ns};
    for (unsigned i = 0; i < ARRAY_SIZE(out->time); i++)
        out->time[i] = v->time_in_state[i];
}

void runstate_now(const struct vcpu *v, struct vcpu_runstate_info *out)
{
    snapshot(v, out);
    out->time[out->state] += clock_ns() - out->state_entry_time;
}

/* With the update flag a reader on another CPU sees that it raced with us: the flag is set first
 * and cleared last, each by one store to state_entry_time. x86 keeps the order of stores. */
static int write_flagged(guest_ptr area, struct vcpu_runstate_info *info)
{
    guest_ptr entry = gptr_add(area, offsetof(struct vcpu_runstate_info, state_entry_time));
    uint64_t plain = info->state_entry_time;
    int rc;

    info->state_entry_time |= XEN_RUNSTATE_UPDATE;
    rc = guest_put(entry, &info->state_entry_time);
    barrier();
    if (!rc)
        rc = guest_put(area, info);
    barrier();
    if (!rc)
        rc = guest_put(entry, &plain);
    return rc;
}

void runstate_publish(struct vcpu *v)
{
    struct vcpu_runstate_info info;
    int rc;

    if (!v->runstate_area.va)
        return;
    snapshot(v, &info);
    if (v->vm_assist & 1u << VMASST_TYPE_runstate_update_flag)
        rc = write_flagged(v->runstate_area, &info);
    else
        rc = guest_put(v->runstate_area, &info);
    (void)rc; /* the guest unmapped its own area: its statistics stand still */
}
