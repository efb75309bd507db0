/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu_op and time: the paravirtual clock, timers that fire when they should, runstate, and where
 * vcpu_info may live. Runs last: a registered vcpu_info stays.
 */
#include "abi.h"

#include <xen/sched.h>
#include <xen/vcpu.h>

#define VCPU __HYPERVISOR_vcpu_op
#define MS   1000000ul

static long singleshot(u64 at)
{
    struct vcpu_set_singleshot_timer arg = {.timeout_abs_ns = at};

    return hyp_vcpu_op(VCPUOP_set_singleshot_timer, 0, &arg);
}

static void check_clock(void)
{
    const struct vcpu_time_info *t = &vcpu_info()->time;
    u64 last = time_ns(), now, i, back = 0;

    case_true("clock-scale", t->tsc_to_system_mul != 0, "the multiplier is 0");
    case_true("clock-version-even", !(t->version & 1), "odd");
    for (i = 0; i < 10000; i++, last = now) {
        now = time_ns();
        back += now < last;
    }
    case_long("clock-monotonic", (long)back, 0);
    case_true("wallclock", shared_info->wc_sec > 1700000000, "before the year 2024");
    case_true("wallclock-version-even", !(shared_info->wc_version & 1), "odd");
}

/* Blocks until the timer's port has been counted; gives back how long after `at`, in ns. */
static long wait_for(u32 port, u64 at)
{
    u64 give_up = at + 50 * MS;

    while (!event_count(port) && time_ns() < give_up)
        hyp_sched_op(SCHEDOP_block, 0);
    return (long)(time_ns() - at);
}

static void check_singleshot(u32 port)
{
    u64 at = time_ns() + 5 * MS;
    long late;

    event_count_reset();
    case_long("singleshot", singleshot(at), 0);
    late = wait_for(port, at);
    case_true("singleshot-not-early", late >= 0, "fired early");
    case_true("singleshot-in-time", late < (long)MS, "more than 1 ms late");
    case_long("singleshot-once", (long)event_count(port), 1);
    event_count_reset();
    case_long("singleshot-past", singleshot(at), 0);
    wait_for(port, time_ns());
    case_long("singleshot-past-fires", (long)event_count(port), 1);
    event_count_reset();
    at = time_ns() + 3 * MS;
    singleshot(at);
    case_long("singleshot-stop", hyp_vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0), 0);
    while (time_ns() < at + 3 * MS)
        hyp_sched_op(SCHEDOP_yield, 0);
    case_long("singleshot-stopped", (long)event_count(port), 0);
}

static void check_timer_op(u32 port)
{
    u64 at = time_ns() + 2 * MS;

    event_count_reset();
    case_long("set-timer", hyp_set_timer_op(at), 0);
    case_true("set-timer-not-early", wait_for(port, at) >= 0, "fired early");
    case_long("set-timer-once", (long)event_count(port), 1);
    case_long("set-timer-cancel", hyp_set_timer_op(0), 0);
}

/* Stays running: a periodic timer need not fire while the vCPU is blocked (Xen's does not). */
static void check_periodic(u32 port)
{
    struct vcpu_set_periodic_timer arg = {.period_ns = 2 * MS};
    u64 start = time_ns();

    case_long("periodic", hyp_vcpu_op(VCPUOP_set_periodic_timer, 0, &arg), 0);
    event_count_reset();
    while (event_count(port) < 5 && time_ns() < start + 100 * MS)
        hyp_xen_version(0, 0);
    case_true("periodic-fires", time_ns() - start >= 8 * MS && time_ns() - start < 14 * MS,
              "five ticks of 2 ms took another time");
    case_long("periodic-stop", hyp_vcpu_op(VCPUOP_stop_periodic_timer, 0, 0), 0);
    arg.period_ns = 1000;
    case_long("periodic-too-short", hyp_vcpu_op(VCPUOP_set_periodic_timer, 0, &arg), -EINVAL);
}

static struct vcpu_runstate_info area;

static void check_runstate(void)
{
    struct vcpu_runstate_info info = {.state = 99};
    struct vcpu_register_runstate_memory_area reg = {.addr.p = (u64)&area};
    u64 before;

    case_long("runstate-get", hyp_vcpu_op(VCPUOP_get_runstate_info, 0, &info), 0);
    case_long("runstate-running", info.state, RUNSTATE_running);
    case_long("runstate-register", hyp_vcpu_op(VCPUOP_register_runstate_memory_area, 0, &reg), 0);
    case_long("runstate-area-running", area.state, RUNSTATE_running);
    before = area.time[RUNSTATE_blocked];
    singleshot(time_ns() + 2 * MS);
    hyp_sched_op(SCHEDOP_block, 0);
    case_true("runstate-area-blocked", area.time[RUNSTATE_blocked] - before >= MS,
              "2 ms of blocking are not in the area");
}

static const struct call_row calls[] = {
    {"is-up", VCPU, VCPUOP_is_up, 0, 0, 0, 1},
    {"is-up-none", VCPU, VCPUOP_is_up, 1000, 0, 0, -ENOENT},
    {"up-already", VCPU, VCPUOP_up, 0, 0, 0, 0},
    {"up-none", VCPU, VCPUOP_up, 1000, 0, 0, -ENOENT},
    {"initialise-bad-pointer", VCPU, VCPUOP_initialise, 0, HOLE_POINTER, 0, -EFAULT},
    {"unknown", VCPU, 99, 0, 0, 0, -ENOSYS},
    {"singleshot-bad-pointer", VCPU, VCPUOP_set_singleshot_timer, 0, HOLE_POINTER, 0, -EFAULT},
    {"singleshot-no-vcpu", VCPU, VCPUOP_set_singleshot_timer, 1000, 0, 0, -ENOENT},
    {"runstate-bad-pointer", VCPU, VCPUOP_get_runstate_info, 0, HOLE_POINTER, 0, -EFAULT},
};

static long register_info(u64 mfn, u32 offset)
{
    struct vcpu_register_vcpu_info arg = {.mfn = mfn, .offset = offset};

    return hyp_vcpu_op(VCPUOP_register_vcpu_info, 0, &arg);
}

static void check_register_info(void)
{
    u8 *page = page_alloc();
    u64 mfn = va_mfn(page);

    case_long("info-crosses-page", register_info(mfn, 4096 - 32), -ENXIO);
    case_long("info-misaligned", register_info(mfn, 3), -ENXIO);
    case_true("info-foreign", register_info(abi_foreign_mfn(), 0) < 0, "not refused");
    case_true("info-table", register_info(va_mfn(user_l4), 0) < 0, "not refused");
    upcall_mask_set(1);
    case_long("info-register", register_info(mfn, 256), 0);
    vcpu_info_moved((struct vcpu_info *)(page + 256));
    case_long("info-pending", vcpu_info()->evtchn_upcall_pending, 1);
    case_long("info-mask-copied", vcpu_info()->evtchn_upcall_mask, 1);
    case_long("info-twice", register_info(mfn, 512), -EINVAL);
    case_true("info-clock", vcpu_info()->time.tsc_to_system_mul != 0, "no time in the new place");
    upcall_mask_set(0);
    case_either("info-page-as-table", page_set_ro(page), 0, -EINVAL);
    case_either("info-page-pin", mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0), -EINVAL, -EBUSY);
    page_set_rw(page);
}

static void check_event_in_new_place(void)
{
    u32 port = (u32)port_ipi(0);

    event_count_reset();
    event_unmask(port);
    port_send(port);
    case_long("info-delivers", (long)event_count(port), 1);
    port_close(port);
}

void abi_vcpu(void)
{
    u32 port = (u32)port_virq(VIRQ_TIMER, 0);

    abi_calls(calls, ARRAY_SIZE(calls));
    check_clock();
    hyp_vcpu_op(VCPUOP_stop_periodic_timer, 0, 0);
    event_unmask(port);
    check_singleshot(port);
    check_timer_op(port);
    check_periodic(port);
    check_runstate();
    check_register_info();
    check_event_in_new_place();
    port_close(port);
}
