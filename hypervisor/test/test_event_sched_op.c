/* SPDX-License-Identifier: BSD-2-Clause */
/* Every answer of sched_op that the ABI names: waiting for events, and the end of a domain. */
#include "event/channel.h"
#include "guests.h"
#include "hypercalls.h"
#include "sched/sched.h"
#include <xen/event_channel.h>
#include <xen/sched.h>

static bool sleeps(struct vcpu *v)
{
    return sched_of(v)->is_blocked;
}

/* Who has polled is looked for when an event comes, until its own CPU has seen that the poll is over. */
static void poll_memory(struct vcpu *v, uint32_t port)
{
    uint32_t other = alloc(dom1, 0), ports[1] = {port};
    struct sched_poll p = {.nr_ports = 1, .timeout = 3000};

    set_xen_guest_handle(p.ports, ports);
    clear(dom1);
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == 0 && sleeps(v), "a poll");
    this_cpu()->current = dom0->vcpus[0];
    event_raise(dom1, port);
    check(!sleeps(v) && events_of(dom1)->pollers == 1, "... is over, and remembered on other CPUs");
    this_cpu()->current = v;
    event_raise(dom1, other);
    check(!events_of(dom1)->pollers, "... and forgotten on its own");
    clear(dom1);
    v->info->evtchn_upcall_mask = 1;
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == 0 && sleeps(v), "a poll that goes on");
    dom1->shared_info->evtchn_mask[0] = ~0ull;
    event_raise(dom1, other);
    check(sleeps(v), "... is not ended by another port");
    event_raise(dom1, port);
    check(!sleeps(v), "... nor forgotten for it");
    clear(dom1);
    v->info->evtchn_upcall_mask = 0;
}

static void waiting(void)
{
    struct vcpu *v = dom1->vcpus[0];
    uint32_t port = alloc(dom1, 0), ports[129] = {0};
    struct sched_poll p = {.nr_ports = 129};

    run(v);
    clear(dom1);
    v->info->evtchn_upcall_mask = 1;
    check(hc_sched_op(v, SCHEDOP_block, GPTR(0)) == 0 && sleeps(v) && !v->info->evtchn_upcall_mask,
          "block sleeps and unmasks");
    event_raise(dom1, port);
    check(!sleeps(v), "an event wakes");
    check(hc_sched_op(v, SCHEDOP_block, GPTR(0)) == 0 && !sleeps(v), "block with an event pending");
    clear(dom1);
    set_xen_guest_handle(p.ports, ports);
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == -EINVAL, "poll of 129 ports: -EINVAL");
    p.nr_ports = 1;
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == -EINVAL, "poll of port 0: -EINVAL");
    ports[0] = 4096;
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == -EINVAL, "poll of port 4096: -EINVAL");
    check(hc_sched_op(v, SCHEDOP_poll, GPTR(0)) == -EFAULT, "poll: -EFAULT");
    ports[0] = port;
    dom1->shared_info->evtchn_mask[0] = ~0ull;
    v->info->evtchn_upcall_mask = 1;
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == 0 && sleeps(v) && v->poll_port == port &&
              v->info->evtchn_upcall_mask == 1,
          "poll sleeps and leaves the mask alone");
    event_raise(dom1, port);
    check(!sleeps(v) && v->poll_port == 0, "a masked port ends the poll");
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == 0 && !sleeps(v), "poll of a pending port");
    clear(dom1);
    fake_now = 1000;
    p.timeout = 999;
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == 0 && !sleeps(v), "poll until the past");
    p.timeout = 2000;
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == 0 && sleeps(v), "poll until later");
    fake_now = 2000;
    timers_run();
    check(!sleeps(v) && !v->poll_port, "... ends by time");
    p.nr_ports = 2;
    ports[1] = port + 1;
    p.timeout = 3000;
    check(hc_sched_op(v, SCHEDOP_poll, at(&p)) == 0 && sleeps(v), "poll of two");
    event_raise(dom1, port);
    check(!sleeps(v), "... one comes");
    clear(dom1);
    poll_memory(v, port);
    check(hc_sched_op(v, SCHEDOP_block, GPTR(0)) == 0 && sleeps(v), "block after a poll");
    fake_now = 4000;
    timers_run();
    check(sleeps(v), "... is not ended by the poll's timer");
    sched_wake(v);
    check(hc_sched_op(v, SCHEDOP_yield, GPTR(0)) == 0, "yield");
    check(hc_sched_op(v, SCHEDOP_pin_override, GPTR(0)) == -ENOSYS &&
              hc_sched_op(v, 8, GPTR(0)) == -ENOSYS,
          "pin_override and beyond: -ENOSYS");
}

static void endings(void)
{
    struct vcpu *v = dom1->vcpus[0];
    struct sched_shutdown s = {.reason = SHUTDOWN_MAX + 1};
    struct sched_remote_shutdown r = {.domain_id = 2, .reason = SHUTDOWN_reboot};
    struct sched_watchdog w = {.id = 0, .timeout = 0};

    check(hc_sched_op(v, SCHEDOP_shutdown, at(&s)) == -EINVAL && fake_up.shutdown_reason == -1,
          "shutdown: no such reason: -EINVAL");
    check(hc_sched_op(v, SCHEDOP_shutdown, GPTR(0)) == -EFAULT, "shutdown: -EFAULT");
    s.reason = SHUTDOWN_crash;
    check(hc_sched_op(v, SCHEDOP_shutdown, at(&s)) == 0 &&
              fake_up.shutdown_reason == SHUTDOWN_crash && fake_up.shutdown_of == dom1,
          "shutdown");
    check(hc_sched_op(v, SCHEDOP_remote_shutdown, at(&r)) == -EPERM, "remote_shutdown: -EPERM");
    v = dom0->vcpus[0];
    check(hc_sched_op(v, SCHEDOP_remote_shutdown, at(&r)) == 0 && fake_up.shutdown_of == dom2 &&
              fake_up.shutdown_reason == SHUTDOWN_reboot,
          "remote_shutdown");
    r.domain_id = 99;
    check(hc_sched_op(v, SCHEDOP_remote_shutdown, at(&r)) == -ESRCH, "remote_shutdown: -ESRCH");
    s.reason = SHUTDOWN_suspend;
    check(hc_sched_op(v, SCHEDOP_shutdown_code, at(&s)) == 0, "shutdown_code");
    s.reason = SHUTDOWN_poweroff;
    check(hc_sched_op(v, SCHEDOP_shutdown, at(&s)) == 0 &&
              fake_up.shutdown_reason == SHUTDOWN_suspend,
          "... overrides the reason");
    check(hc_sched_op(v, SCHEDOP_shutdown, at(&s)) == 0 && fake_up.shutdown_reason == SHUTDOWN_suspend,
          "... of every shutdown until it goes on");
    event_domain_resumed(dom0);
    check(hc_sched_op(v, SCHEDOP_shutdown, at(&s)) == 0 && fake_up.shutdown_reason == SHUTDOWN_poweroff,
          "a domain that was resumed ends for its next reason");
    check(hc_sched_op(v, SCHEDOP_watchdog, at(&w)) == -EINVAL, "watchdog without time: -EINVAL");
    w.timeout = 1;
    check(hc_sched_op(v, SCHEDOP_watchdog, at(&w)) == 1 &&
              hc_sched_op(v, SCHEDOP_watchdog, at(&w)) == 2 &&
              hc_sched_op(v, SCHEDOP_watchdog, at(&w)) == -ENOSPC,
          "two watchdogs, no third");
    w = (struct sched_watchdog){.id = 3, .timeout = 1};
    check(hc_sched_op(v, SCHEDOP_watchdog, at(&w)) == -EINVAL, "watchdog 3: -EINVAL");
    w = (struct sched_watchdog){.id = 2, .timeout = 0};
    check(hc_sched_op(v, SCHEDOP_watchdog, at(&w)) == 0 &&
              hc_sched_op(v, SCHEDOP_watchdog, at(&w)) == -EINVAL,
          "watchdog stopped");
    fake_up.shutdown_of = NULL;
    fake_now += 1000000000;
    timers_run();
    check(fake_up.shutdown_of == dom0 && fake_up.shutdown_reason == SHUTDOWN_watchdog,
          "watchdog 1 ran out");
}

static uint32_t bound_to(struct domain *server, struct domain *client)
{
    struct evtchn_bind_interdomain b = {.remote_dom = client->id, .remote_port = alloc(client, server->id)};

    check(ev(server, EVTCHNOP_bind_interdomain, &b) == 0, "a channel");
    return b.remote_port;
}

static void fall_asleep(struct vcpu *v)
{
    run(v);
    clear(v->domain);
    check(hc_sched_op(v, SCHEDOP_block, GPTR(0)) == 0, "a server sleeps");
    this_cpu()->current = sched_next(v);
}

static void clients(void)
{
    uint32_t of_1 = bound_to(dom0, dom1), of_2 = bound_to(dom0, dom2), peer = bound_to(dom2, dom1);
    struct sched_vcpu *server = sched_of(dom0->vcpus[0]);

    fall_asleep(dom0->vcpus[0]);
    fall_asleep(dom2->vcpus[0]);
    check(ev(dom1, EVTCHNOP_send, &of_1) == 0 && server->client == 1, "who wakes dom0 is its client");
    check(ev(dom2, EVTCHNOP_send, &of_2) == 0 && server->client == 2, "until another one asks");
    check(ev(dom1, EVTCHNOP_send, &peer) == 0 && !sched_of(dom2->vcpus[0])->is_blocked && !sched_of(dom2->vcpus[0])->client,
          "of another domain nobody is");
    fall_asleep(dom0->vcpus[0]);
    check(!server->client, "once dom0 sleeps again it has none");
}

int main(void)
{
    guests_make();
    waiting();
    clients();
    endings();
    guests_end();
    return check_end();
}
