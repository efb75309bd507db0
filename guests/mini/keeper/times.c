/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three notions of time, beside one guest that computes for ever: real time goes on for all, virtual
 * time only while one runs, wall-clock time as real time does, from the point that was set.
 */
#include "keeper.h"

#include <xen/vcpu.h>

#define SPAN_NS 300000000ul
#define SLACK   (SPAN_NS / 30) /* a turn */

static struct vcpu_runstate_info state(void)
{
    struct vcpu_runstate_info info = {0};

    hyp_vcpu_op(VCPUOP_get_runstate_info, 0, &info);
    return info;
}

static bool is_near(u64 value, u64 wanted)
{
    return value + SLACK >= wanted && value <= wanted + SLACK;
}

void times_run(void)
{
    struct vcpu_runstate_info before = state(), after;
    u64 began = time_ns(), wall = shared_info->wc_sec, real;

    while (time_ns() < began + SPAN_NS)
        ;
    after = state();
    real = time_ns() - began;
    case_set("times");
    case_true("virtual-time-is-half", is_near(after.time[RUNSTATE_running] - before.time[RUNSTATE_running], real / 2),
              "of two that compute one had another part");
    case_true("and-the-rest-is-waiting",
              is_near(after.time[RUNSTATE_running] - before.time[RUNSTATE_running] +
                          after.time[RUNSTATE_runnable] - before.time[RUNSTATE_runnable],
                      real),
              "they do not add up to real time");
    case_long("nothing-was-blocked", (long)(after.time[RUNSTATE_blocked] - before.time[RUNSTATE_blocked]), 0);
    case_long("wall-clock-from-one-point", (long)(shared_info->wc_sec - wall), 0);
}
