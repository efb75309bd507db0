/* SPDX-License-Identifier: BSD-2-Clause */
/* Every answer of event_channel_op, sched_op, vcpu_op and set_timer_op that the ABI names. */
#include "event/channel.h"
#include "fake.h"
#include "hypercalls.h"
#include "sched/sched.h"
#include <string.h>
#include <xen/event_channel.h>
#include <xen/sched.h>

static struct domain *dom0, *dom1, *dom2;

static long ev(struct domain *d, uint32_t cmd, void *arg)
{
    return hc_event_channel_op(d->vcpus[0], cmd, at(arg));
}

static bool pending(struct domain *d, uint32_t port)
{
    return d->shared_info->evtchn_pending[port / 64] >> port % 64 & 1;
}

static void clear(struct domain *d)
{
    memset(d->shared_info->evtchn_pending, 0, sizeof(d->shared_info->evtchn_pending));
    memset(d->shared_info->evtchn_mask, 0, sizeof(d->shared_info->evtchn_mask));
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        d->vcpus[i]->info->evtchn_pending_sel = 0;
        d->vcpus[i]->info->evtchn_upcall_pending = 0;
    }
}

static uint32_t alloc(struct domain *d, domid_t remote)
{
    struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = remote};

    return ev(d, EVTCHNOP_alloc_unbound, &a) ? 0 : a.port;
}

static long bind(struct domain *d, domid_t remote, uint32_t port, uint32_t *local)
{
    struct evtchn_bind_interdomain b = {.remote_dom = remote, .remote_port = port};
    long rc = ev(d, EVTCHNOP_bind_interdomain, &b);

    *local = b.local_port;
    return rc;
}

static long status(struct domain *d, domid_t id, uint32_t port, struct evtchn_status *s)
{
    memset(s, 0xee, sizeof(*s));
    s->dom = id;
    s->port = port;
    return ev(d, EVTCHNOP_status, s);
}

static void allocation(void)
{
    struct evtchn_alloc_unbound a = {.dom = 2, .remote_dom = 0};
    struct evtchn_status s;
    uint32_t port = alloc(dom1, 0);

    check(port == 1, "alloc_unbound: the first port is 1");
    check(status(dom1, DOMID_SELF, port, &s) == 0 && s.status == EVTCHNSTAT_unbound &&
              s.u.unbound.dom == 0 && s.vcpu == 0,
          "status: unbound");
    check(ev(dom1, EVTCHNOP_alloc_unbound, &a) == -EPERM, "alloc_unbound for another: -EPERM");
    check(ev(dom0, EVTCHNOP_alloc_unbound, &a) == 0 && a.port == 1, "... but not for dom0");
    a.dom = 99;
    check(ev(dom0, EVTCHNOP_alloc_unbound, &a) == -ESRCH, "alloc_unbound: no such domain: -ESRCH");
    check(ev(dom0, EVTCHNOP_alloc_unbound, NULL) == -EFAULT, "alloc_unbound: -EFAULT");
    a.dom = DOMID_SELF;
    fake_access_budget = 1;
    check(ev(dom1, EVTCHNOP_alloc_unbound, &a) == -EFAULT, "answer cannot be written: -EFAULT");
    fake_access_budget = -1;
    check(status(dom1, 1, 2, &s) == 0 && s.status == EVTCHNSTAT_closed, "... and nothing is left");
    check(status(dom1, DOMID_SELF, 0, &s) == -EINVAL &&
              status(dom1, DOMID_SELF, 4096, &s) == -EINVAL &&
              status(dom1, DOMID_SELF, ~0u, &s) == -EINVAL,
          "status: ports 0, 4096, ~0: -EINVAL");
    check(status(dom1, 0, 1, &s) == -EPERM && status(dom0, 99, 1, &s) == -ESRCH &&
              status(dom0, 1, 1, &s) == 0,
          "status of another domain");
}

static void interdomain(void)
{
    struct evtchn_status s;
    uint32_t there = alloc(dom1, 0), here, other;

    clear(dom0);
    clear(dom1);
    check(bind(dom0, 99, there, &here) == -ESRCH, "bind_interdomain: no such domain: -ESRCH");
    check(bind(dom2, 1, there, &here) == -EINVAL, "... not for us: -EINVAL");
    check(bind(dom0, 1, 0, &here) == -EINVAL && bind(dom0, 1, 4096, &here) == -EINVAL &&
              bind(dom0, 1, 77, &here) == -EINVAL,
          "... bad port: -EINVAL");
    check(bind(dom0, 1, there, &here) == 0 && pending(dom0, here), "bound, and pending at once");
    check(dom0->vcpus[0]->info->evtchn_upcall_pending == 1 && event_pending(dom0->vcpus[0]) &&
              dom0->vcpus[0]->info->evtchn_pending_sel == 1,
          "... as an event for vCPU 0");
    check(bind(dom0, 1, there, &other) == -EINVAL, "bind_interdomain twice: -EINVAL");
    check(status(dom1, 1, there, &s) == 0 && s.status == EVTCHNSTAT_interdomain &&
              s.u.interdomain.dom == 0 && s.u.interdomain.port == here,
          "status: interdomain");
    check(!pending(dom1, there) && ev(dom0, EVTCHNOP_send, &here) == 0 && pending(dom1, there),
          "send");
    clear(dom1);
    dom1->shared_info->evtchn_mask[0] = ~0ull;
    check(ev(dom0, EVTCHNOP_send, &here) == 0 && pending(dom1, there) &&
              !dom1->vcpus[0]->info->evtchn_upcall_pending,
          "send to a masked port: pending, no up-call");
    check(ev(dom1, EVTCHNOP_unmask, &there) == 0 && dom1->vcpus[0]->info->evtchn_upcall_pending &&
              dom1->vcpus[0]->info->evtchn_pending_sel == 1,
          "unmask raises it");
    check(ev(dom0, EVTCHNOP_close, &here) == 0 && ev(dom0, EVTCHNOP_close, &here) == -EINVAL,
          "close; a second time: -EINVAL");
    check(status(dom1, 1, there, &s) == 0 && s.status == EVTCHNSTAT_unbound && s.u.unbound.dom == 0,
          "the other end is unbound again");
    check(ev(dom1, EVTCHNOP_send, &there) == 0, "send on unbound: 0");
    check(!pending(dom0, here), "a closed port is not pending");
    here = alloc(dom2, DOMID_SELF);
    check(bind(dom2, DOMID_SELF, here, &other) == 0 && other != here &&
              ev(dom2, EVTCHNOP_send, &here) == 0 && pending(dom2, other),
          "both ends in one domain");
    check(ev(dom2, EVTCHNOP_close, &other) == 0 && ev(dom2, EVTCHNOP_close, &here) == 0,
          "... closed");
}

static void bad_ports(void)
{
    static const uint32_t bad[] = {0, 4096, 0x10000, ~0u};
    uint32_t free_port = 4000;
    int sends = 0, closes = 0, unmasks = 0;

    for (unsigned i = 0; i < 4; i++) {
        uint32_t port = bad[i];

        sends += ev(dom1, EVTCHNOP_send, &port) == -EINVAL;
        closes += ev(dom1, EVTCHNOP_close, &port) == -EINVAL;
        unmasks += ev(dom1, EVTCHNOP_unmask, &port) == -EINVAL;
    }
    check(sends == 4 && closes == 4 && unmasks == 4, "send, close, unmask of bad ports: -EINVAL");
    check(ev(dom1, EVTCHNOP_send, &free_port) == -EINVAL &&
              ev(dom1, EVTCHNOP_close, &free_port) == -EINVAL,
          "send, close of a free port: -EINVAL");
    check(ev(dom1, EVTCHNOP_send, NULL) == -EFAULT && ev(dom1, EVTCHNOP_close, NULL) == -EFAULT &&
              ev(dom1, EVTCHNOP_status, NULL) == -EFAULT &&
              ev(dom1, EVTCHNOP_reset, NULL) == -EFAULT,
          "no argument: -EFAULT");
    check(ev(dom1, 11, NULL) == -ENOSYS && ev(dom1, 12, NULL) == -ENOSYS &&
              ev(dom1, 13, NULL) == -ENOSYS && ev(dom1, 14, NULL) == -ENOSYS &&
              ev(dom1, ~0u, NULL) == -ENOSYS,
          "11, 12, 13 and beyond: -ENOSYS before any argument is read");
}

static void virqs(void)
{
    struct evtchn_bind_virq b = {.virq = NR_VIRQS};
    struct evtchn_bind_vcpu m;
    struct evtchn_status s;
    uint32_t timer1, console;

    check(ev(dom1, EVTCHNOP_bind_virq, &b) == -EINVAL, "bind_virq: no such virq: -EINVAL");
    b = (struct evtchn_bind_virq){.virq = VIRQ_CONSOLE, .vcpu = 1};
    check(ev(dom1, EVTCHNOP_bind_virq, &b) == -EINVAL, "... global on vCPU 1: -EINVAL");
    b = (struct evtchn_bind_virq){.virq = VIRQ_TIMER, .vcpu = 4};
    check(ev(dom1, EVTCHNOP_bind_virq, &b) == -ENOENT, "... no such vCPU: -ENOENT");
    b.vcpu = 1;
    check(ev(dom1, EVTCHNOP_bind_virq, &b) == 0, "bind_virq");
    timer1 = b.port;
    check(ev(dom1, EVTCHNOP_bind_virq, &b) == -EEXIST, "... twice: -EEXIST");
    check(status(dom1, 1, timer1, &s) == 0 && s.status == EVTCHNSTAT_virq && s.vcpu == 1 &&
              s.u.virq == VIRQ_TIMER,
          "status: virq");
    clear(dom1);
    event_virq(dom1->vcpus[0], VIRQ_TIMER);
    check(!pending(dom1, timer1), "virq of another vCPU");
    event_virq(dom1->vcpus[1], VIRQ_TIMER);
    check(pending(dom1, timer1) && dom1->vcpus[1]->info->evtchn_upcall_pending, "virq delivered");
    check(ev(dom1, EVTCHNOP_send, &timer1) == -EINVAL, "send on a virq: -EINVAL");
    b = (struct evtchn_bind_virq){.virq = VIRQ_CONSOLE};
    check(ev(dom1, EVTCHNOP_bind_virq, &b) == 0, "bind_virq: global");
    console = b.port;
    m = (struct evtchn_bind_vcpu){.port = timer1, .vcpu = 0};
    check(ev(dom1, EVTCHNOP_bind_vcpu, &m) == -EINVAL, "bind_vcpu of a vCPU's own virq: -EINVAL");
    m = (struct evtchn_bind_vcpu){.port = console, .vcpu = 4};
    check(ev(dom1, EVTCHNOP_bind_vcpu, &m) == -ENOENT, "bind_vcpu: no such vCPU: -ENOENT");
    m = (struct evtchn_bind_vcpu){.port = 0, .vcpu = 1};
    check(ev(dom1, EVTCHNOP_bind_vcpu, &m) == -EINVAL, "bind_vcpu: bad port: -EINVAL");
    m.port = 4000;
    check(ev(dom1, EVTCHNOP_bind_vcpu, &m) == -EINVAL, "bind_vcpu: free port: -EINVAL");
    m.port = console;
    check(ev(dom1, EVTCHNOP_bind_vcpu, &m) == 0, "bind_vcpu of a global virq");
    clear(dom1);
    event_virq_global(dom1, VIRQ_CONSOLE);
    check(pending(dom1, console) && dom1->vcpus[1]->info->evtchn_upcall_pending &&
              !dom1->vcpus[0]->info->evtchn_upcall_pending,
          "... is delivered to the new vCPU");
    check(ev(dom1, EVTCHNOP_close, &console) == 0 && ev(dom1, EVTCHNOP_close, &timer1) == 0 &&
              ev(dom1, EVTCHNOP_bind_virq, &b) == 0 && ev(dom1, EVTCHNOP_close, &b.port) == 0,
          "closed, and bound again");
    clear(dom1);
    event_virq(dom1->vcpus[1], VIRQ_TIMER);
    check(!pending(dom1, timer1), "a virq without a port goes nowhere");
}

static void ipis(void)
{
    struct evtchn_bind_ipi b = {.vcpu = 4};
    struct evtchn_bind_vcpu m;
    struct evtchn_status s;

    check(ev(dom1, EVTCHNOP_bind_ipi, &b) == -ENOENT, "bind_ipi: no such vCPU: -ENOENT");
    b.vcpu = 2;
    check(ev(dom1, EVTCHNOP_bind_ipi, &b) == 0, "bind_ipi");
    clear(dom1);
    check(ev(dom1, EVTCHNOP_send, &b.port) == 0 && pending(dom1, b.port) &&
              dom1->vcpus[2]->info->evtchn_upcall_pending,
          "send to an ipi");
    m = (struct evtchn_bind_vcpu){.port = b.port, .vcpu = 0};
    check(ev(dom1, EVTCHNOP_bind_vcpu, &m) == -EINVAL, "bind_vcpu of an ipi: -EINVAL");
    check(status(dom1, 1, b.port, &s) == 0 && s.status == EVTCHNSTAT_ipi && s.vcpu == 2,
          "status: ipi");
    check(ev(dom1, EVTCHNOP_close, &b.port) == 0, "close of an ipi");
}

static void pirqs(void)
{
    struct evtchn_bind_pirq b = {.pirq = PIRQS_MAX};
    struct evtchn_status s;
    uint32_t port;

    check(ev(dom0, EVTCHNOP_bind_pirq, &b) == -EINVAL, "bind_pirq: no such interrupt: -EINVAL");
    b.pirq = 9;
    fake_up.bind_answer = -EPERM;
    check(ev(dom0, EVTCHNOP_bind_pirq, &b) == -EPERM && !event_pirq(dom0, 9),
          "bind_pirq refused: -EPERM, nothing left");
    fake_up.bind_answer = 0;
    fake_up.bind_fires = true;
    clear(dom0);
    check(ev(dom0, EVTCHNOP_bind_pirq, &b) == 0 && pending(dom0, b.port),
          "an interrupt that comes while it is bound is not lost");
    fake_up.bind_fires = false;
    port = b.port;
    check(ev(dom0, EVTCHNOP_bind_pirq, &b) == -EEXIST, "bind_pirq twice: -EEXIST");
    check(status(dom0, 0, port, &s) == 0 && s.status == EVTCHNSTAT_pirq && s.u.pirq == 9,
          "status: pirq");
    check(ev(dom0, EVTCHNOP_send, &port) == -EINVAL, "send on a pirq: -EINVAL");
    clear(dom0);
    check(event_pirq(dom0, 9) && pending(dom0, port) && !event_pirq(dom0, 10) &&
              !event_pirq(dom0, PIRQS_MAX),
          "event_pirq");
    check(ev(dom0, EVTCHNOP_close, &port) == 0 && fake_up.unbinds == 1 && !event_pirq(dom0, 9),
          "close of a pirq fake_up.unbinds the interrupt");
}

static void full_and_reset(void)
{
    struct evtchn_reset r = {.dom = 2};
    struct evtchn_status s;
    uint32_t n = 0, there = alloc(dom0, 2), local;
    long rc;

    check(bind(dom2, 0, there, &local) == 0, "one end in dom0");
    while (alloc(dom2, 0))
        n++;
    check(n >= 4000 && n <= 4095, "a domain can fill its table");
    check(hc_event_channel_op(dom2->vcpus[0], EVTCHNOP_bind_ipi,
                              at(&(struct evtchn_bind_ipi){.vcpu = 0})) == -ENOSPC,
          "table full: -ENOSPC");
    check(ev(dom1, EVTCHNOP_reset, &r) == -EPERM, "reset of another: -EPERM");
    r.dom = 99;
    check(ev(dom0, EVTCHNOP_reset, &r) == -ESRCH, "reset: no such domain: -ESRCH");
    r.dom = DOMID_SELF;
    fake_preempt_every = 100;
    n = 0;
    while ((rc = ev(dom2, EVTCHNOP_reset, &r)) == -ERESTART) {
        struct evtchn_bind_ipi b = {.vcpu = 0};

        n += ev(dom2, EVTCHNOP_bind_ipi, &b) == -EBUSY;
    }
    fake_preempt_every = 0;
    check(rc == 0 && n == 40, "reset in 41 pieces, no new ports between");
    n = 0;
    for (uint32_t port = 1; port < 4096; port++)
        n += status(dom2, 2, port, &s) == 0 && s.status == EVTCHNSTAT_closed;
    check(n == 4095, "reset closed all ports");
    check(status(dom0, 0, there, &s) == 0 && s.status == EVTCHNSTAT_unbound,
          "... and unbound dom0's");
    check(alloc(dom2, 0) == 1, "ports can be had again");
    dom2->state = DOMAIN_DYING;
    check(alloc(dom2, 0) == 0, "not in a dying domain");
    dom2->state = DOMAIN_RUNNING;
}

static void run(struct vcpu *v)
{
    sched_up(v);
    for (int i = 0; i < 8 && current_vcpu() != v; i++)
        this_cpu()->current = sched_next(current_vcpu());
}

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

static void vcpu_timers(void)
{
    struct vcpu *v = dom1->vcpus[0];
    struct evtchn_bind_virq b = {.virq = VIRQ_TIMER, .vcpu = 0};
    struct vcpu_set_singleshot_timer t = {.timeout_abs_ns = 1};
    struct vcpu_set_periodic_timer p = {.period_ns = 999999};

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

static void vcpu_life(void)
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

static struct domain *make(domid_t id, unsigned vcpus)
{
    struct domain *d = fake_domain(id, vcpus);

    if (event_domain_init(d))
        check(false, "event_domain_init");
    return d;
}

static void destroy(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++)
        sched_down(d->vcpus[i]);
    this_cpu()->current = sched_next(current_vcpu());
    d->state = DOMAIN_DYING;
    check(event_domain_reset(d) == 0, "a dying domain closes its ports");
    event_domain_destroy(d);
    fake_domain_free(d);
}

int main(void)
{
    fake_machine(1);
    dom0 = make(0, 4);
    dom0->is_privileged = true;
    dom1 = make(1, 4);
    dom2 = make(2, 4);
    allocation();
    interdomain();
    bad_ports();
    virqs();
    ipis();
    pirqs();
    full_and_reset();
    waiting();
    endings();
    vcpu_timers();
    vcpu_life();
    info_moves();
    destroy(dom2);
    destroy(dom1);
    destroy(dom0);
    check(fake_pages_out == 32, "all pages given back");
    fake_alloc_budget = 0;
    check(event_domain_init(&(struct domain){.id = 5}) == -ENOMEM, "no memory: -ENOMEM");
    return check_end();
}
