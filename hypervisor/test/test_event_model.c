/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event channels against a model: three domains do random things to each other and to their own
 * shared memory; after each step the answer and every word the guests can see are compared.
 *
 * usage: test_event_model [steps [seed]]
 */
#include "event/event.h"
#include "fake.h"
#include "hypercalls.h"
#include "sched/sched.h"
#include <stdlib.h>
#include <string.h>
#include <xen/event_channel.h>
#include <xen/sched.h>

#ifndef MODEL_STEPS
#define MODEL_STEPS 1000000
#endif

#define DOMS  3
#define VCPUS 4
#define PORTS 128 /* all that is ever used: allocation stops at FULL */
#define FULL  100
#define LINES 8 /* device interrupts */

/* --- The model --- */

struct model_port {
    int kind; /* EVTCHNSTAT_* */
    int vcpu, dom, port, number;
};

struct model_domain {
    struct model_port ports[PORTS];
    uint64_t pending[2], mask[2];
    uint64_t sel[VCPUS];
    uint8_t upcall[VCPUS], upmask[VCPUS];
    bool asleep[VCPUS];
    int poll[VCPUS]; /* 0 none, 0xffff several */
    int used;
};

static struct model_domain model[DOMS];
static struct domain *doms[DOMS];
static uint64_t seed;

static uint64_t r(uint64_t n)
{
    return rng_next(&seed) % n;
}

static void m_wake(int d, int v)
{
    model[d].asleep[v] = false;
    model[d].poll[v] = 0;
}

static void m_mark(int d, int v, int port)
{
    struct model_domain *m = &model[d];
    uint64_t bit = 1ull << port / 64;

    if (m->sel[v] & bit)
        return;
    m->sel[v] |= bit;
    if (m->upcall[v])
        return;
    m->upcall[v] = 1;
    if (m->asleep[v])
        m_wake(d, v);
}

static void m_raise(int d, int port)
{
    struct model_domain *m = &model[d];
    uint64_t bit = 1ull << port % 64;

    if (m->pending[port / 64] & bit)
        return;
    m->pending[port / 64] |= bit;
    if (!(m->mask[port / 64] & bit))
        m_mark(d, m->ports[port].vcpu, port);
    for (int v = 0; v < VCPUS; v++)
        if (m->poll[v] == port || m->poll[v] == 0xffff)
            m_wake(d, v);
}

static int m_new(int d, struct model_port p)
{
    int port = 1;

    while (model[d].ports[port].kind != EVTCHNSTAT_closed)
        port++;
    model[d].ports[port] = p;
    model[d].used++;
    return port;
}

static bool m_valid(uint64_t port)
{
    return port >= 1 && port < 4096;
}

static struct model_port m_port(int d, uint64_t port)
{
    return port < PORTS ? model[d].ports[port] : (struct model_port){0};
}

static void m_free(int d, int port)
{
    model[d].pending[port / 64] &= ~(1ull << port % 64);
    model[d].ports[port] = (struct model_port){0};
    model[d].used--;
}

static int m_close(int d, uint64_t port)
{
    struct model_port p = m_port(d, port);

    if (p.kind == EVTCHNSTAT_closed)
        return -EINVAL;
    m_free(d, port);
    if (p.kind == EVTCHNSTAT_interdomain) {
        struct model_port *o = &model[p.dom].ports[p.port];

        *o = (struct model_port){.kind = EVTCHNSTAT_unbound, .dom = d, .vcpu = o->vcpu};
    }
    return 0;
}

static bool m_own(int virq)
{
    return virq == 0 || virq == 1 || virq == 7 || virq == 13;
}

/* The port of a virq: of one vCPU if it is that kind. 0: none. */
static int m_virq(int d, int virq, int vcpu)
{
    for (int i = 1; i < PORTS; i++) {
        struct model_port *p = &model[d].ports[i];

        if (p->kind == EVTCHNSTAT_virq && p->number == virq && (!m_own(virq) || p->vcpu == vcpu))
            return i;
    }
    return 0;
}

static int m_line(int d, int line)
{
    for (int i = 1; i < PORTS; i++)
        if (model[d].ports[i].kind == EVTCHNSTAT_pirq && model[d].ports[i].number == line)
            return i;
    return 0;
}

/* --- Steps: each does the same to both and says whether the answers agree --- */

static long call(int d, uint32_t cmd, void *arg)
{
    return hc_event_channel_op(doms[d]->vcpus[0], cmd, at(arg));
}

static uint64_t any_port(void)
{
    static const uint64_t odd[] = {0, 4096, 4095, 200, 0xffffffff, 0x10001};

    return r(32) ? r(PORTS) : odd[r(6)];
}

static bool alloc_unbound(int d)
{
    int target = r(4), remote = r(4), want, port = 0;
    struct evtchn_alloc_unbound a = {.dom = r(2) ? DOMID_SELF : (domid_t)target,
                                     .remote_dom = remote};
    long rc;

    if (a.dom == DOMID_SELF)
        target = d;
    if (target < DOMS && model[target].used >= FULL)
        return true;
    if (target >= DOMS)
        want = -ESRCH;
    else if (target != d && d != 0)
        want = -EPERM;
    else
        want = 0;
    if (!want)
        port = m_new(target, (struct model_port){.kind = EVTCHNSTAT_unbound, .dom = remote});
    rc = call(d, EVTCHNOP_alloc_unbound, &a);
    return rc == want && (rc || a.port == (uint32_t)port);
}

static bool bind_interdomain(int d)
{
    int remote = r(16) ? (int)r(DOMS) : 99;
    uint64_t there = any_port();
    struct evtchn_bind_interdomain b;
    struct model_port p;
    int here = 0, want = 0;
    long rc;

    if (model[d].used >= FULL)
        return true;
    if (remote < DOMS && r(2)) /* aim */
        for (int i = 1; i < PORTS; i++)
            if (model[remote].ports[i].kind == EVTCHNSTAT_unbound &&
                model[remote].ports[i].dom == d)
                there = i;
    b = (struct evtchn_bind_interdomain){.remote_dom = remote, .remote_port = there};
    p = remote < DOMS ? m_port(remote, there) : (struct model_port){0};
    if (remote >= DOMS)
        want = -ESRCH;
    else if (p.kind != EVTCHNSTAT_unbound || p.dom != d)
        want = -EINVAL;
    rc = call(d, EVTCHNOP_bind_interdomain, &b);
    if (!want) {
        here = m_new(
            d, (struct model_port){.kind = EVTCHNSTAT_interdomain, .dom = remote, .port = there});
        model[remote].ports[there] = (struct model_port){
            .kind = EVTCHNSTAT_interdomain, .dom = d, .port = here, .vcpu = p.vcpu};
        m_raise(d, here);
    }
    return rc == want && (rc || b.local_port == (uint32_t)here);
}

static bool bind_virq(int d)
{
    struct evtchn_bind_virq b = {.virq = r(26), .vcpu = r(3) ? 0 : r(5)};
    int want = 0, port = 0;
    long rc;

    if (model[d].used >= FULL)
        return true;
    if (b.virq >= 24 || (!m_own(b.virq) && b.vcpu))
        want = -EINVAL;
    else if (b.vcpu >= VCPUS)
        want = -ENOENT;
    else if (m_virq(d, b.virq, b.vcpu))
        want = -EEXIST;
    else
        port = m_new(
            d, (struct model_port){.kind = EVTCHNSTAT_virq, .vcpu = b.vcpu, .number = b.virq});
    rc = call(d, EVTCHNOP_bind_virq, &b);
    return rc == want && (rc || b.port == (uint32_t)port);
}

static bool bind_ipi(int d)
{
    struct evtchn_bind_ipi b = {.vcpu = r(5)};
    int want = b.vcpu < VCPUS ? 0 : -ENOENT, port = 0;
    long rc;

    if (model[d].used >= FULL)
        return true;
    if (!want)
        port = m_new(d, (struct model_port){.kind = EVTCHNSTAT_ipi, .vcpu = b.vcpu});
    rc = call(d, EVTCHNOP_bind_ipi, &b);
    return rc == want && (rc || b.port == (uint32_t)port);
}

static bool bind_pirq(int d)
{
    struct evtchn_bind_pirq b = {.pirq = r(16) ? r(LINES) : PIRQS_MAX};
    int want = 0, port = 0;
    long rc;

    if (model[d].used >= FULL)
        return true;
    fake_up.bind_answer = r(4) ? 0 : -EPERM;
    if (b.pirq >= PIRQS_MAX)
        want = -EINVAL;
    else if (m_line(d, b.pirq))
        want = -EEXIST;
    else
        want = fake_up.bind_answer;
    if (want == -EPERM) { /* taken and given back: its pending bit is gone */
        port = m_new(d, (struct model_port){.kind = EVTCHNSTAT_pirq});
        m_free(d, port);
    } else if (!want) {
        port = m_new(d, (struct model_port){.kind = EVTCHNSTAT_pirq, .number = b.pirq});
    }
    rc = call(d, EVTCHNOP_bind_pirq, &b);
    return rc == want && (rc || b.port == (uint32_t)port);
}

static bool bind_vcpu(int d)
{
    struct evtchn_bind_vcpu b = {.port = any_port(), .vcpu = r(5)};
    struct model_port p = m_port(d, b.port);
    int want = -EINVAL;

    if (b.vcpu >= VCPUS)
        want = -ENOENT;
    else if (p.kind == EVTCHNSTAT_unbound || p.kind == EVTCHNSTAT_interdomain ||
             p.kind == EVTCHNSTAT_pirq || (p.kind == EVTCHNSTAT_virq && !m_own(p.number)))
        want = 0;
    if (!want)
        model[d].ports[b.port].vcpu = b.vcpu;
    return call(d, EVTCHNOP_bind_vcpu, &b) == want;
}

static bool close_port(int d)
{
    uint32_t port = any_port();
    long rc = call(d, EVTCHNOP_close, &port);

    return rc == m_close(d, port);
}

static bool send(int d)
{
    uint32_t port = any_port();
    struct model_port p = m_port(d, port);
    int want = -EINVAL;

    if (p.kind == EVTCHNSTAT_interdomain) {
        m_raise(p.dom, p.port);
        want = 0;
    } else if (p.kind == EVTCHNSTAT_ipi) {
        m_raise(d, port);
        want = 0;
    } else if (p.kind == EVTCHNSTAT_unbound) {
        want = 0;
    }
    return call(d, EVTCHNOP_send, &port) == want;
}

static bool unmask(int d)
{
    uint32_t port = any_port();
    int want = m_valid(port) ? 0 : -EINVAL;

    if (!want && port < PORTS) {
        uint64_t bit = 1ull << port % 64;
        bool was = model[d].mask[port / 64] & bit;

        model[d].mask[port / 64] &= ~bit;
        if (was && model[d].pending[port / 64] & bit)
            m_mark(d, model[d].ports[port].vcpu, port);
    }
    return call(d, EVTCHNOP_unmask, &port) == want;
}

static bool status(int d)
{
    struct evtchn_status s = {.dom = r(5), .port = any_port()};
    struct model_port p;
    int want = 0;
    long rc;

    memset(&s.u, 0xff, sizeof(s.u));
    if (s.dom >= DOMS)
        want = -ESRCH;
    else if (s.dom != d && d != 0)
        want = -EPERM;
    else if (!m_valid(s.port))
        want = -EINVAL;
    rc = call(d, EVTCHNOP_status, &s);
    if (rc || want)
        return rc == want;
    p = m_port(s.dom, s.port);
    if (s.status != (uint32_t)p.kind || s.vcpu != (uint32_t)p.vcpu)
        return false;
    switch (p.kind) {
    case EVTCHNSTAT_unbound:
        return s.u.unbound.dom == p.dom;
    case EVTCHNSTAT_interdomain:
        return s.u.interdomain.dom == p.dom && s.u.interdomain.port == (uint32_t)p.port;
    case EVTCHNSTAT_pirq:
    case EVTCHNSTAT_virq:
        return s.u.virq == (uint32_t)p.number;
    default:
        return s.u.pirq == 0 && s.u.interdomain.port == 0;
    }
}

static bool deliver(int d)
{
    int virq = r(24), vcpu = r(VCPUS), line = r(LINES), port;

    if (r(3) == 0) {
        port = m_line(d, line);
        if (port)
            m_raise(d, port);
        return event_pirq(doms[d], line) == (port != 0);
    }
    if (!m_own(virq))
        vcpu = 0;
    port = m_virq(d, virq, vcpu);
    if (port)
        m_raise(d, port);
    event_virq(doms[d]->vcpus[vcpu], virq);
    return true;
}

/* The guest's own writes to what it shares with us, sensible and senseless. */
static bool guest_writes(int d)
{
    shared_info_t *s = doms[d]->shared_info;
    int v = r(VCPUS), w = r(2);
    uint64_t bits = rng_next(&seed) & rng_next(&seed);

    switch (r(8)) {
    case 0:
        model[d].mask[w] = s->evtchn_mask[w] |= bits;
        break;
    case 1:
        model[d].mask[w] = s->evtchn_mask[w] &= bits;
        break;
    case 2:
        model[d].upmask[v] = s->vcpu_info[v].evtchn_upcall_mask = r(2);
        break;
    case 3:
        if (r(4) == 0)
            model[d].pending[w] = s->evtchn_pending[w] ^= bits;
        break;
    case 4:
        if (r(4) == 0)
            model[d].sel[v] = s->vcpu_info[v].evtchn_pending_sel = bits;
        break;
    default: /* takes its events */
        model[d].upcall[v] = s->vcpu_info[v].evtchn_upcall_pending = 0;
        model[d].sel[v] = s->vcpu_info[v].evtchn_pending_sel = 0;
        model[d].pending[0] = s->evtchn_pending[0] &= s->evtchn_mask[0];
        model[d].pending[1] = s->evtchn_pending[1] &= s->evtchn_mask[1];
    }
    return true;
}

static bool block(int d)
{
    int v = r(VCPUS);

    if (model[d].asleep[v]) /* makes no hypercalls */
        return true;
    model[d].upmask[v] = 0;
    if (!model[d].upcall[v])
        model[d].asleep[v] = true;
    return hc_sched_op(doms[d]->vcpus[v], SCHEDOP_block, GPTR(0)) == 0;
}

static bool poll(int d)
{
    struct sched_poll p = {.nr_ports = r(4)};
    uint32_t ports[4];
    int v = r(VCPUS), want = 0;
    bool now = model[d].upcall[v] && !model[d].upmask[v];

    if (model[d].asleep[v])
        return true;
    set_xen_guest_handle(p.ports, ports);
    for (unsigned i = 0; i < p.nr_ports; i++) {
        ports[i] = any_port();
        if (!m_valid(ports[i]))
            want = -EINVAL;
        else if (ports[i] < PORTS && model[d].pending[ports[i] / 64] >> ports[i] % 64 & 1)
            now = true;
    }
    if (!want && now)
        m_wake(d, v);
    if (!want && !now) {
        model[d].asleep[v] = true;
        model[d].poll[v] = p.nr_ports == 1 ? (int)ports[0] : 0xffff;
    }
    return hc_sched_op(doms[d]->vcpus[v], SCHEDOP_poll, at(&p)) == want;
}

static bool wake(int d)
{
    int v = r(VCPUS);

    m_wake(d, v);
    sched_wake(doms[d]->vcpus[v]);
    return true;
}

static bool reset(int d)
{
    struct evtchn_reset a = {.dom = DOMID_SELF};
    long rc;

    if (r(500))
        return true;
    for (int i = 1; i < PORTS; i++)
        m_close(d, i);
    while ((rc = call(d, EVTCHNOP_reset, &a)) == -ERESTART)
        ;
    return rc == 0;
}

static bool (*const steps[])(int) = {
    alloc_unbound,
    bind_interdomain,
    bind_interdomain,
    bind_virq,
    bind_ipi,
    bind_pirq,
    bind_vcpu,
    close_port,
    close_port,
    send,
    send,
    send,
    unmask,
    unmask,
    status,
    deliver,
    deliver,
    guest_writes,
    guest_writes,
    block,
    poll,
    wake,
    reset,
};

static bool words_agree(void)
{
    uint64_t diff = 0;

    for (int d = 0; d < DOMS; d++) {
        const shared_info_t *s = doms[d]->shared_info;

        diff |= s->evtchn_pending[0] ^ model[d].pending[0];
        diff |= s->evtchn_pending[1] ^ model[d].pending[1];
        diff |= s->evtchn_mask[0] ^ model[d].mask[0];
        diff |= s->evtchn_mask[1] ^ model[d].mask[1];
        for (int v = 0; v < VCPUS; v++) {
            const struct vcpu_info *i = &s->vcpu_info[v];

            diff |= i->evtchn_pending_sel ^ model[d].sel[v];
            diff |= i->evtchn_upcall_pending ^ model[d].upcall[v];
            diff |= i->evtchn_upcall_mask ^ model[d].upmask[v];
            diff |= sched_of(doms[d]->vcpus[v])->is_blocked ^ model[d].asleep[v];
            diff |= doms[d]->vcpus[v]->poll_port ^ model[d].poll[v];
        }
    }
    return !diff;
}

/* [port.pair]: asked port by port. Ports beyond the model's must be closed. */
static bool tables_agree(void)
{
    for (int d = 0; d < DOMS; d++) {
        for (uint32_t port = 1; port < 4096; port++) {
            struct evtchn_status s = {.dom = d, .port = port};
            struct model_port p = m_port(d, port), o;

            if (call(0, EVTCHNOP_status, &s) || s.status != (uint32_t)p.kind)
                return false;
            if (p.kind != EVTCHNSTAT_interdomain)
                continue;
            o = m_port(s.u.interdomain.dom, s.u.interdomain.port);
            if (o.kind != EVTCHNSTAT_interdomain || o.dom != d || o.port != (int)port)
                return false;
        }
    }
    return true;
}

static uint64_t walk(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        int step = r(ARRAY_SIZE(steps));

        if (!steps[step](r(DOMS)) || !words_agree() || (i % 65536 == 0 && !tables_agree())) {
            printf("# step %llu, action %d\n", (unsigned long long)i, step);
            return i;
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : MODEL_STEPS;
    char name[80];

    seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 20031019;
    fake_machine(1);
    for (int i = 0; i < DOMS; i++) {
        doms[i] = fake_domain(i, VCPUS);
        doms[i]->is_privileged = i == 0;
        if (event_domain_init(doms[i]))
            return 1;
    }
    snprintf(name, sizeof(name), "%llu random steps as the model says", (unsigned long long)count);
    check(walk(count) == count, name);
    check(tables_agree(), "port tables and pairs agree at the end");
    for (int i = 0; i < DOMS; i++) {
        if (event_domain_reset(doms[i]))
            return 1;
        event_domain_destroy(doms[i]);
        fake_domain_free(doms[i]);
    }
    check(fake_pages_out == 32, "all pages given back");
    return check_end();
}
