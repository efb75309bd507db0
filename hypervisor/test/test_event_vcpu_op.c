/* SPDX-License-Identifier: BSD-2-Clause */
/* Every answer of vcpu_op and set_timer_op that the ABI names. */
#include "guests.h"
#include "hypercalls.h"
#include "sched/sched.h"
#include <xen/event_channel.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

static void timers(void)
{
    struct vcpu *v = dom1->vcpus[0];
    struct evtchn_bind_virq b = {.virq = VIRQ_TIMER, .vcpu = 0};
    struct vcpu_set_singleshot_timer t = {.timeout_abs_ns = 1};
    struct vcpu_set_periodic_timer p = {.period_ns = 999999};

    fake_now = 1000;
    ev(dom1, EVTCHNOP_bind_virq, &b);
    clear(dom1);
    check(hc_vcpu_op(v, VCPUOP_set_singleshot_timer, 1, at(&t)) == -EINVAL,
          "singleshot of another vCPU: -EINVAL");
    check(hc_vcpu_op(v, VCPUOP_stop_singleshot_timer, 1, at(&t)) == -EINVAL, "... stop: -EINVAL");
    check(hc_vcpu_op(v, VCPUOP_set_singleshot_timer, 0, GPTR(0)) == -EFAULT, "singleshot: -EFAULT");
    check(hc_vcpu_op(v, VCPUOP_set_singleshot_timer, 0, at(&t)) == 0, "singleshot in the past");
    timers_run();
    check(pending(dom1, b.port) && v->timer_ns == ~0ull, "... fires at once");
    clear(dom1);
    t.timeout_abs_ns = fake_now + 50;
    hc_vcpu_op(v, VCPUOP_set_singleshot_timer, 0, at(&t));
    check(hc_vcpu_op(v, VCPUOP_stop_singleshot_timer, 0, GPTR(0)) == 0, "singleshot stopped");
    fake_now += 100;
    timers_run();
    check(!pending(dom1, b.port), "... does not fire");
    hc_set_timer_op(v, fake_now + 10);
    fake_now += 10;
    timers_run();
    check(pending(dom1, b.port), "set_timer_op");
    clear(dom1);
    hc_set_timer_op(v, fake_now + 10);
    check(hc_set_timer_op(v, 0) == 0 && v->timer_ns == ~0ull, "set_timer_op 0 stops");
    check(hc_vcpu_op(v, VCPUOP_set_periodic_timer, 0, at(&p)) == -EINVAL,
          "period too short: -EINVAL");
    p.period_ns = ~0ull;
    check(hc_vcpu_op(v, VCPUOP_set_periodic_timer, 0, at(&p)) == -EINVAL,
          "period too long: -EINVAL");
    p.period_ns = 1000000;
    check(hc_vcpu_op(v, VCPUOP_set_periodic_timer, 0, at(&p)) == 0, "periodic");
    for (int i = 0; i < 2; i++) {
        clear(dom1);
        fake_now += 1000000;
        timers_run();
        check(pending(dom1, b.port), "... fires again and again");
    }
    clear(dom1);
    check(hc_vcpu_op(v, VCPUOP_stop_periodic_timer, 0, GPTR(0)) == 0, "periodic stopped");
    fake_now += 5000000;
    timers_run();
    check(!pending(dom1, b.port), "... is quiet");
}

static void life(void)
{
    struct vcpu *v = dom1->vcpus[0];
    struct vcpu_runstate_info info = {.state = -1};
    struct vcpu_register_runstate_memory_area area = {.addr.p = (uint64_t)&info};

    check(hc_vcpu_op(v, VCPUOP_is_up, 4, GPTR(0)) == -ENOENT &&
              hc_vcpu_op(v, VCPUOP_is_up, ~0u, GPTR(0)) == -ENOENT,
          "is_up beyond the last vCPU: -ENOENT");
    check(hc_vcpu_op(v, VCPUOP_is_up, 0, GPTR(0)) == 1 &&
              hc_vcpu_op(v, VCPUOP_is_up, 1, GPTR(0)) == 0,
          "is_up: 1 and 0");
    check(hc_vcpu_op(v, VCPUOP_up, 1, GPTR(0)) == -EINVAL, "up before initialise: -EINVAL");
    fake_up.initialise_answer = -EFAULT;
    check(hc_vcpu_op(v, VCPUOP_initialise, 1, GPTR(area.addr.p)) == -EFAULT &&
              hc_vcpu_op(v, VCPUOP_up, 1, GPTR(0)) == -EINVAL,
          "initialise refused");
    fake_up.initialise_answer = 0;
    check(hc_vcpu_op(v, VCPUOP_initialise, 1, GPTR(area.addr.p)) == 0, "initialise");
    check(hc_vcpu_op(v, VCPUOP_initialise, 1, GPTR(area.addr.p)) == -EEXIST, "initialise twice: -EEXIST");
    check(hc_vcpu_op(v, VCPUOP_up, 1, GPTR(0)) == 0 && hc_vcpu_op(v, VCPUOP_is_up, 1, GPTR(0)) == 1,
          "up");
    check(hc_vcpu_op(v, VCPUOP_down, 1, GPTR(0)) == 0 &&
              hc_vcpu_op(v, VCPUOP_is_up, 1, GPTR(0)) == 0,
          "down");
    fake_up.shutdown_of = NULL;
    check(hc_vcpu_op(v, VCPUOP_down, 0, GPTR(0)) == 0 && fake_up.shutdown_of == dom1 &&
              fake_up.shutdown_reason == SHUTDOWN_poweroff,
          "the last one down: the domain powers off");
    check(hc_vcpu_op(v, VCPUOP_get_runstate_info, 0, at(&info)) == 0 &&
              info.state == RUNSTATE_running,
          "get_runstate_info");
    check(hc_vcpu_op(v, VCPUOP_get_runstate_info, 0, GPTR(0)) == -EFAULT, "... -EFAULT");
    info.state = -1;
    check(hc_vcpu_op(v, VCPUOP_register_runstate_memory_area, 1, at(&area)) == 0 &&
              info.state == RUNSTATE_offline,
          "register_runstate_memory_area copies now");
    area.addr.p = HOLE_START;
    check(hc_vcpu_op(v, VCPUOP_register_runstate_memory_area, 1, at(&area)) == -EFAULT,
          "... in the hole: -EFAULT");
    check(hc_vcpu_op(v, VCPUOP_get_physid, 0, GPTR(0)) == -EINVAL, "get_physid: -EINVAL");
    check(hc_vcpu_op(v, VCPUOP_send_nmi, 0, GPTR(0)) == -ENOSYS &&
              hc_vcpu_op(v, VCPUOP_register_vcpu_time_memory_area, 0, GPTR(0)) == -ENOSYS &&
              hc_vcpu_op(v, 14, 0, GPTR(0)) == -ENOSYS,
          "11, 13, 14: -ENOSYS");
}

static void info_moves(void)
{
    struct vcpu *v = dom1->vcpus[0], *w = dom1->vcpus[1];
    struct vcpu_register_vcpu_info r = {.mfn = fake_mfn_of(fake_up.info_page).n,
                                        .offset = 4096 - 63};
    struct vcpu_info *to;

    check(hc_vcpu_op(v, VCPUOP_register_vcpu_info, 0, at(&r)) == -ENXIO,
          "vcpu_info too far: -ENXIO");
    r.offset = 4;
    check(hc_vcpu_op(v, VCPUOP_register_vcpu_info, 0, at(&r)) == -ENXIO, "... misaligned: -ENXIO");
    r.offset = 4032;
    fake_up.share_answer = -EINVAL;
    check(hc_vcpu_op(v, VCPUOP_register_vcpu_info, 0, at(&r)) == -EINVAL &&
              v->info == &dom1->shared_info->vcpu_info[0],
          "... not its page: -EINVAL");
    fake_up.share_answer = 0;
    to = (struct vcpu_info *)(fake_up.info_page + 4032);
    w->is_up = true;
    check(hc_vcpu_op(v, VCPUOP_register_vcpu_info, 1, at(&r)) == -EINVAL,
          "... of another that is up: -EINVAL");
    w->is_up = false;
    clear(dom1);
    v->info->evtchn_upcall_mask = 1;
    v->info->arch.cr2 = 0x1234;
    check(hc_vcpu_op(v, VCPUOP_register_vcpu_info, 0, at(&r)) == 0 && v->info == to, "moved");
    check(to->arch.cr2 == 0x1234 && to->evtchn_upcall_mask == 1 && to->evtchn_upcall_pending == 1 &&
              to->evtchn_pending_sel == ~0ull && to->time.tsc_to_system_mul &&
              to->time.version % 2 == 0,
          "... with its content, everything marked, the clock in place");
    check(hc_vcpu_op(v, VCPUOP_register_vcpu_info, 0, at(&r)) == -EINVAL, "... once only: -EINVAL");
    r.offset = 64;
    check(hc_vcpu_op(v, VCPUOP_register_vcpu_info, 1, at(&r)) == 0 && w->info != to,
          "... for one that is down");
}

int main(void)
{
    guests_make();
    run(dom1->vcpus[0]);
    timers();
    life();
    info_moves();
    guests_end();
    return check_end();
}
