/* SPDX-License-Identifier: BSD-2-Clause */
/* Every answer of event_channel_op that the ABI names. */
#include "event/channel.h"
#include "guests.h"
#include "hypercalls.h"
#include <string.h>
#include <xen/event_channel.h>

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
          "close of a pirq unbinds the interrupt");
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

int main(void)
{
    guests_make();
    allocation();
    interdomain();
    bad_ports();
    virqs();
    ipis();
    pirqs();
    full_and_reset();
    guests_end();
    fake_alloc_budget = 0;
    check(event_domain_init(&(struct domain){.id = 5}) == -ENOMEM, "no memory: -ENOMEM");
    return check_end();
}
