/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Races of event channels (race/race.h):
 *
 *      CPU 0, 1: two vCPUs of `near`  ◄── ports ──►  CPU 2: one of `far`        CPU 3: the tools
 *      each sends, takes events, masks, blocks, polls, opens, binds, moves      interrupts of both; perhaps
 *      and closes ports, at random, all the same six                            the end of `far`
 *
 * What must hold whenever nobody has either lock: the two ends of a pair name each other [port.pair], nobody is bound
 * to a dead domain, nothing is pending at a closed port [port.reuse], what is bound to a port and the port agree
 * [pirq.once], and whoever has an event is told [event.order]. When all have come to rest: whoever sleeps has no event
 * [sched.wake].
 *
 * usage: test_race_events [SEED | FIRST COUNT]
 */
#include "event/channel.h"
#include "fake.h"
#include "hypercalls.h"
#include "lib/bits.h"
#include "race.h"
#include "sched/sched.h"

#include <malloc.h>
#include <xen/sched.h>

/* The highest ports: their chunk is not there yet, and a reset soon gets to the end. */
enum { CPUS = 4, TURNS = 60, SEEDS = 4000, PORTS = 6, FIRST_PORT = PORTS_MAX - PORTS, PIRQ = 5 };

static struct domain *near, *far; /* far: NULL when it is dead */
static struct vcpu *guest[CPUS];  /* by CPU */
static uint32_t polled[CPUS];     /* the port it sleeps for */
static bool is_taking[CPUS];      /* between the guest's two looks: at its vcpu_info and at the ports */
static unsigned awake;            /* CPUs that do not wait for a kick */
static unsigned chosen[CPUS];     /* the acts of this walk, a bit each: with fewer of them they meet more often */
static int pages_before;
static uint64_t taken, slept, killed;

/* --- What guests do --- */

static long ev(struct vcpu *v, uint32_t cmd, void *arg)
{
    return hc_event_channel_op(v, cmd, at(arg));
}

static uint32_t any_port(void)
{
    return FIRST_PORT + race_below(1 + race_below(PORTS));
}

static domid_t peer_of(const struct vcpu *v)
{
    return v->domain->id ? 0 : 2;
}

static void send(struct vcpu *v)
{
    ev(v, EVTCHNOP_send, &(struct evtchn_send){.port = any_port()});
}

static void open_port(struct vcpu *v)
{
    ev(v, EVTCHNOP_alloc_unbound, &(struct evtchn_alloc_unbound){.dom = DOMID_SELF, .remote_dom = peer_of(v)});
}

static void bind(struct vcpu *v)
{
    ev(v, EVTCHNOP_bind_interdomain,
       &(struct evtchn_bind_interdomain){.remote_dom = peer_of(v), .remote_port = any_port()});
}

static void bind_local(struct vcpu *v)
{
    if (race_below(2))
        ev(v, EVTCHNOP_bind_virq, &(struct evtchn_bind_virq){.virq = VIRQ_DEBUG, .vcpu = v->id});
    else
        ev(v, EVTCHNOP_bind_pirq, &(struct evtchn_bind_pirq){.pirq = PIRQ});
}

static void move(struct vcpu *v)
{
    ev(v, EVTCHNOP_bind_vcpu,
       &(struct evtchn_bind_vcpu){.port = any_port(), .vcpu = race_below(v->domain->vcpu_count)});
}

static void close_port(struct vcpu *v)
{
    ev(v, EVTCHNOP_close, &(struct evtchn_close){.port = any_port()});
}

static void mask(struct vcpu *v)
{
    uint32_t port = any_port();

    race_step();
    bit_test_set((uint64_t *)v->domain->shared_info->evtchn_mask, port);
}

static void unmask(struct vcpu *v, uint32_t port)
{
    ev(v, EVTCHNOP_unmask, &(struct evtchn_unmask){.port = port});
}

static void unmask_any(struct vcpu *v)
{
    unmask(v, any_port());
}

/* The ports below were never used: as if a reset had come past them. */
static void close_all(struct domain *d)
{
    if (!events_of(d)->reset_next)
        events_of(d)->reset_next = FIRST_PORT;
    while (event_domain_reset(d) == -ERESTART)
        ;
}

static void reset(struct vcpu *v)
{
    if (!race_below(4))
        close_all(v->domain);
}

static void block(struct vcpu *v)
{
    hc_sched_op(v, SCHEDOP_block, GPTR(0));
}

static void poll(struct vcpu *v)
{
    evtchn_port_t port = any_port();
    struct sched_poll p = {.nr_ports = 1};

    if (race_below(8))
        return;
    polled[fake_cpu_id] = port;
    p.ports.p = &port;
    hc_sched_op(v, SCHEDOP_poll, at(&p));
}

#define ACTS 8

static void nap(struct vcpu *v)
{
    if (!race_below(8))
        block(v);
}

/* By CPU. */
static void (*const acts[][ACTS])(struct vcpu *) = {
    {mask, unmask_any, mask, unmask_any, nap, poll, send, close_port},
    {open_port, bind, bind_local, move, close_port, reset, send, nap},
    {send, send, send, open_port, bind, close_port, nap, unmask_any},
};

static void act(struct vcpu *v)
{
    unsigned n;

    do
        n = race_below(ACTS);
    while (!(chosen[fake_cpu_id] >> n & 1));
    acts[fake_cpu_id][n](v);
}

static void take_from(shared_info_t *shared, uint32_t port)
{
    race_step();
    if (bit_test((uint64_t *)shared->evtchn_mask, port))
        return;
    race_step();
    taken += bit_test_clear((uint64_t *)shared->evtchn_pending, port);
}

/* As Linux does it: from right to left. False: there were none. */
static bool take_events(struct vcpu *v)
{
    if (!event_pending(v))
        return false;
    race_step();
    is_taking[fake_cpu_id] = true;
    v->info->evtchn_upcall_pending = 0;
    race_step();
    if (__atomic_exchange_n(&v->info->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST))
        for (uint32_t port = FIRST_PORT; port < PORTS_MAX; port++)
            take_from(v->domain->shared_info, port);
    is_taking[fake_cpu_id] = false;
    return true;
}

/* --- What CPUs do --- */

/* On the way back to a guest. */
static void exit_work(void)
{
    struct vcpu *was = current_vcpu();

    fake_kicks[fake_cpu_id] = 0;
    while (sched_has_work()) {
        if (sched_work() & WORK_TIMERS)
            timers_run();
        if (sched_work() & WORK_HOLD)
            hold_here();
        this_cpu()->current = sched_next(current_vcpu());
        if (current_vcpu() != was)
            sched_switched();
    }
}

static bool nobody_is_left(void)
{
    for (unsigned i = 0; i < CPUS; i++)
        if (fake_kicks[i])
            return false;
    return !awake;
}

/* Until a kick. False: there will be none. */
static bool sleep(void)
{
    slept++;
    awake--;
    while (!fake_kicks[fake_cpu_id]) {
        if (nobody_is_left())
            return false;
        race_wait();
    }
    awake++;
    return true;
}

static void audit(void);

static void take_turn(struct vcpu *v, unsigned *turns)
{
    polled[fake_cpu_id] = 0;
    if (race_below(2) && take_events(v))
        return;
    if (*turns) {
        --*turns;
        act(v);
        race_look(audit);
        return;
    }
    for (uint32_t port = FIRST_PORT; port < PORTS_MAX; port++)
        unmask(v, port);
    if (!take_events(v))
        block(v);
}

/* As control/destroy.c ends a domain. */
static void kill(struct domain *d)
{
    shared_info_t *shared = d->shared_info;

    lock_take(&d->io_lock);
    __atomic_store_n(&d->state, DOMAIN_DYING, __ATOMIC_SEQ_CST);
    lock_drop(&d->io_lock);
    sched_domain_changed(d);
    while (!sched_is_stopped(d->vcpus[0]))
        race_wait();
    close_all(d);
    __atomic_store_n(&d->shared_info, NULL, __ATOMIC_SEQ_CST);
    cpus_hold();
    cpus_release();
    free(shared);
    __atomic_store_n(&fake_domains[d->id], NULL, __ATOMIC_RELEASE);
    cpus_hold();
    cpus_release();
    guest[2] = NULL;
    far = NULL;
    event_domain_destroy(d);
    fake_domain_free(d);
    killed++;
}

/* Most seeds leave `far` alive. */
static void tools(void)
{
    unsigned end = race_below(4 * TURNS);

    for (unsigned turn = 0; turn < TURNS; turn++) {
        if (turn == end)
            kill(far);
        event_virq(near->vcpus[race_below(2)], VIRQ_DEBUG);
        event_pirq(near, PIRQ);
        exit_work();
        race_step();
        race_look(audit);
    }
}

static void play(void)
{
    unsigned me = fake_cpu_id, turns = TURNS;

    if (!guest[me])
        tools();
    do {
        exit_work();
        while (guest[me] && current_vcpu() == guest[me]) {
            take_turn(guest[me], &turns);
            exit_work();
        }
    } while (sleep());
}

/* --- What must hold --- */

/* Its guest is looking at the ports, or will. */
static bool is_told(const struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        const struct vcpu_info *info = d->vcpus[i]->info;

        if (is_taking[d->vcpus[i]->cpu] || (info->evtchn_upcall_pending && info->evtchn_pending_sel))
            return true;
    }
    return false;
}

static bool is_masked(const struct domain *d, uint32_t port)
{
    return bit_test((const uint64_t *)d->shared_info->evtchn_mask, port);
}

static void audit_port(struct domain *d, uint32_t port)
{
    const struct port *p = port_at(d, port), *theirs;
    struct domain *other;

    race_check(p->state != PORT_FREE || !port_is_pending(d, port), "nothing is pending at a closed port");
    race_check(p->state != PORT_PIRQ || events_of(d)->pirq_port[p->who] == port, "a pirq knows its port");
    race_check(!port_is_pending(d, port) || is_masked(d, port) || is_told(d), "nobody misses an event");
    if (p->state != PORT_INTERDOMAIN)
        return;
    other = domain_by_id(p->who);
    race_check(other, "nobody is bound to a dead domain");
    theirs = port_at(other, p->remote);
    race_check(theirs->state == PORT_INTERDOMAIN && theirs->who == d->id && theirs->remote == port,
               "the ends of a pair name each other");
}

static void audit_local(struct domain *d)
{
    const struct events *e = events_of(d);
    uint32_t port;

    for (unsigned i = 0; i < d->vcpu_count; i++) {
        port = d->vcpus[i]->virq_port[VIRQ_DEBUG];
        race_check(!port || port_at(d, port)->state == PORT_VIRQ, "a bound virq has a port");
    }
    port = e->pirq_port ? e->pirq_port[PIRQ] : 0;
    race_check(!port || port_at(d, port)->state == PORT_PIRQ || port_at(d, port)->state == PORT_RESERVED,
               "a bound pirq has a port");
}

static bool is_locked(const struct domain *d)
{
    return d && d->io_lock.next != d->io_lock.serving;
}

static void audit_domain(struct domain *d)
{
    for (uint32_t port = FIRST_PORT; d->events && port < PORTS_MAX; port++)
        audit_port(d, port);
    audit_local(d);
}

static void audit(void)
{
    if (is_locked(near) || is_locked(far))
        return;
    audit_domain(near);
    if (far)
        audit_domain(far);
}

static void check_rest(unsigned cpu)
{
    struct vcpu *v = guest[cpu];

    if (!v)
        return;
    race_check(fake_cpus[cpu].current->is_idle, "whoever is ready runs");
    race_check(!event_pending(v), "whoever sleeps has no event");
    race_check(!polled[cpu] || !port_is_pending(v->domain, polled[cpu]), "whoever polls sleeps for no pending port");
}

/* --- The walk --- */

static struct domain *make(domid_t id, unsigned vcpus)
{
    struct domain *d = fake_domain(id, vcpus);

    race_check(event_domain_init(d) == 0, "there is memory");
    events_of(d)->first_free = FIRST_PORT;
    for (unsigned i = 0; i < vcpus; i++) {
        struct vcpu *v = d->vcpus[i];

        v->hard_affinity = 1ull << v->cpu;
        guest[v->cpu] = v;
        sched_up(v);
    }
    return d;
}

/* Some seeds begin with channels. */
static void connect(uint32_t port)
{
    open_port(guest[2]);
    ev(guest[0], EVTCHNOP_bind_interdomain,
       &(struct evtchn_bind_interdomain){.remote_dom = far->id, .remote_port = port});
}

static void begin(void)
{
    awake = CPUS;
    for (unsigned i = 0; i < CPUS; i++)
        chosen[i] = 1 + race_below((1 << ACTS) - 1);
    pages_before = fake_pages_out;
    near = make(0, 2);
    near->is_privileged = true;
    far = make(2, 1);
    for (unsigned i = 0, channels = race_below(6) % 4; i < channels; i++)
        connect(FIRST_PORT + i);
}

static void destroy(struct domain *d)
{
    d->state = DOMAIN_DYING;
    close_all(d);
    audit_domain(d);
    event_domain_destroy(d);
    fake_domain_free(d);
}

static void end(void)
{
    race_check(!is_locked(near) && !is_locked(far), "locks are given back");
    audit();
    for (unsigned i = 0; i < CPUS; i++)
        check_rest(i);
    destroy(near);
    if (far)
        destroy(far);
    race_check(fake_pages_out == pages_before, "all pages are given back");
}

int main(int argc, char **argv)
{
    static const struct race race = {.cpus = CPUS, .seeds = SEEDS, .begin = begin, .play = play, .end = end};

    mallopt(M_PERTURB, 0xa5); /* what is dead does not look alive */
    fake_machine(CPUS);
    fake_preempt_every = 1;
    if (!race_run(&race, argc, argv))
        return 2;
    printf("# %llu events taken, %llu sleeps, %llu ends of a domain\n", (unsigned long long)taken,
           (unsigned long long)slept, (unsigned long long)killed);
    return check_end();
}
