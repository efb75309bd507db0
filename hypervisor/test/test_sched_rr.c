/* SPDX-License-Identifier: BSD-2-Clause */
/* The run queue under round robin: order, fairness, waking, pausing, several CPUs. */
#include "fake.h"
#include "lib/bug.h"
#include "sched/sched.h"

#define NS_PER_MS 1000000ull

static struct vcpu *turn(void)
{
    struct vcpu *next = sched_next(current_vcpu());

    this_cpu()->current = next;
    return next;
}

/* What the exit path does. */
static struct vcpu *pass(void)
{
    if (sched_work() & WORK_TIMERS)
        timers_run();
    if (sched_is_wanted())
        turn();
    return current_vcpu();
}

static struct vcpu *advance(uint64_t ns)
{
    fake_now += ns;
    if (fake_armed[fake_cpu_id] <= fake_now) {
        fake_armed[fake_cpu_id] = ~0ull;
        on_timer();
    }
    return pass();
}

static void basics(struct domain *d)
{
    struct vcpu *v = d->vcpus[0];

    check(pass()->is_idle && v->state == VCPU_OFFLINE, "nobody is up: idle");
    sched_up(v);
    check(v->state == VCPU_RUNNABLE && sched_is_wanted(), "up: ready, and the idle CPU is told");
    check(pass() == v && v->state == VCPU_RUNNING, "it runs");
    check(fake_armed[0] == ~0ull, "alone: no slice timer");
    sched_give_way(v);
    check(!sched_is_wanted(), "a yield to nobody costs nothing");
    sched_block(v);
    check(pass()->is_idle && v->state == VCPU_BLOCKED, "blocked");
    sched_wake(v);
    check(pass() == v, "woken");
    sched_block(v);
    sched_wake(v);
    check(pass() == v && v->state == VCPU_RUNNING, "woken before it slept");
    v->poll_port = 5;
    sched_wake(v);
    check(v->poll_port == 0, "waking ends a poll");
    sched_pause(v);
    sched_pause(v);
    check(!sched_is_stopped(v) && pass()->is_idle && sched_is_stopped(v) &&
              v->state == VCPU_OFFLINE,
          "paused");
    sched_unpause(v);
    check(pass()->is_idle, "paused twice, unpaused once");
    sched_unpause(v);
    check(pass() == v, "unpaused");
    sched_down(v);
    check(pass()->is_idle && v->state == VCPU_OFFLINE, "down");
    sched_wake(v);
    check(pass()->is_idle, "waking what is down does nothing");
    sched_up(v);
    check(pass() == v, "up again");
    v->crashed = true;
    check(!sched_is_wanted() && turn()->is_idle, "crashed, though nobody asked");
    v->crashed = false;
    sched_wake(v);
    check(pass() == v, "not crashed");
    d->state = DOMAIN_PAUSED;
    sched_domain_changed(d);
    check(pass()->is_idle, "the domain is paused");
    d->state = DOMAIN_RUNNING;
    sched_domain_changed(d);
    check(pass() == v, "the domain runs");
}

/* [rr.fair] */
static void fairness(struct domain *d)
{
    uint64_t from[8], least = ~0ull, most = 0;
    int order_ok = 1;

    for (unsigned i = 0; i < 8; i++) {
        sched_up(d->vcpus[i]);
        pass();
    }
    for (unsigned i = 0; i < 8; i++)
        from[i] = d->vcpus[i]->time_in_state[VCPU_RUNNING];
    for (unsigned i = 0; i < 8 * 300; i++) {
        struct vcpu *before = current_vcpu();

        advance(10 * NS_PER_MS);
        if (current_vcpu() != before && current_vcpu()->id != (before->id + 1) % 8)
            order_ok = 0;
    }
    check(order_ok, "round and round");
    for (unsigned i = 0; i < 8; i++) {
        uint64_t ran = d->vcpus[i]->time_in_state[VCPU_RUNNING] - from[i];

        least = MIN(least, ran);
        most = MAX(most, ran);
    }
    check(most - least <= SLICE_NS && least > 2900 * NS_PER_MS, "equal shares within one slice");
    check(turn() == turn(), "nobody asked for a turn: the same goes on");
    sched_give_way(current_vcpu());
    check(sched_is_wanted(), "a yield with others ready");
    for (unsigned i = 1; i < 8; i++)
        sched_down(d->vcpus[i]);
    check(pass() == d->vcpus[0], "all others gone");
    advance(1);
    advance(100 * NS_PER_MS);
    check(fake_armed[0] == ~0ull, "alone again: no slice timer");
}

/* [sched.one]: random calls, then count where every vCPU is. */
static bool places_ok(struct domain *d)
{
    unsigned queued = 0;

    for (unsigned i = 0; i < d->vcpu_count; i++) {
        struct vcpu *v = d->vcpus[i];
        struct sched_vcpu *s = sched_of(v);
        bool can = v->is_up && !s->pauses && !s->is_blocked && d->state == DOMAIN_RUNNING;
        bool runs = fake_cpus[v->cpu].current == v;

        queued += s->is_queued;
        if (runs ? s->is_queued || v->state != VCPU_RUNNING : s->is_queued != can)
            return false;
        if (!runs && v->state != (can                                       ? VCPU_RUNNABLE
                                  : s->is_blocked && v->is_up && !s->pauses ? VCPU_BLOCKED
                                                                            : VCPU_OFFLINE))
            return false;
    }
    return queued == ((struct sched_cpu *)fake_cpus[0].sched)->ready_count +
                         ((struct sched_cpu *)fake_cpus[1].sched)->ready_count;
}

static void random_step(struct domain *d, uint64_t r)
{
    struct vcpu *v = d->vcpus[r % d->vcpu_count];

    fake_cpu_id = r >> 8 & 1;
    switch (r >> 16 & 7) {
    case 0:
        sched_up(v);
        break;
    case 1:
        if (r >> 24 & 1)
            sched_down(v);
        break;
    case 2:
        if (!current_vcpu()->is_idle) {
            sched_block(current_vcpu());
            turn();
        }
        break;
    case 3:
        sched_wake(v);
        break;
    case 4:
        if (sched_of(v)->pauses < 2)
            sched_pause(v);
        break;
    case 5:
        if (sched_of(v)->pauses)
            sched_unpause(v);
        break;
    default:
        advance(r >> 32 & 0xffffff);
    }
}

static void random_walk(struct domain *d)
{
    uint64_t s = 4711, ages_ok = 1;
    int step;

    for (step = 0; step < 300000 && places_ok(d); step++)
        random_step(d, rng_next(&s));
    check(step == 300000, "300000 random steps on 2 CPUs: each vCPU in one place");
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        struct vcpu_runstate_info info;
        uint64_t sum = 0;

        runstate_read(d->vcpus[i], &info);
        for (int k = 0; k < 4; k++)
            sum += info.time[k];
        ages_ok &= sum == fake_now;
    }
    check(ages_ok, "no time is lost or counted twice");
    /* Nobody who can run stays out for ever: let all run and see each. */
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        while (sched_of(d->vcpus[i])->pauses)
            sched_unpause(d->vcpus[i]);
        sched_wake(d->vcpus[i]);
        sched_up(d->vcpus[i]);
    }
    uint32_t seen = 0;
    for (int i = 0; i < 400; i++) {
        fake_cpu_id = i & 1;
        if (!advance(SLICE_NS)->is_idle)
            seen |= 1u << current_vcpu()->id;
    }
    check(seen == (1u << d->vcpu_count) - 1, "everybody runs");
    fake_cpu_id = 0;
}

static void other_cpu(struct domain *d)
{
    struct vcpu *v = d->vcpus[1];
    unsigned before;

    for (unsigned i = 0; i < d->vcpu_count; i++)
        sched_down(d->vcpus[i]);
    for (fake_cpu_id = 2; fake_cpu_id-- > 0;)
        turn();
    fake_cpu_id = !v->cpu;
    before = fake_kicks[v->cpu];
    sched_up(v);
    check(fake_kicks[v->cpu] == before + 1, "waking on another CPU kicks it");
    sched_request(v->cpu ? fake_cpus[1].sched : fake_cpus[0].sched, WORK_RESCHEDULE);
    check(fake_kicks[v->cpu] == before + 1, "asked already: not kicked again");
    fake_cpu_id = v->cpu;
    check(pass() == v, "it runs there");
    fake_cpu_id = !v->cpu;
    sched_notify(v);
    check(fake_kicks[v->cpu] == before + 2, "an event for it kicks that CPU");
    fake_cpu_id = v->cpu;
    sched_down(v);
    pass();
    fake_cpu_id = 0;
}

int main(void)
{
    struct domain *d, *two;

    if (sched_init("rr"))
        panic("no round robin");
    fake_machine(2);
    fake_cpu_total = 1; /* all vCPUs at home on CPU 0 */
    d = fake_domain(0, 8);
    basics(d);
    fairness(d);
    sched_down(d->vcpus[0]);
    pass();
    fake_domain_free(d);
    fake_now = 0;
    fake_cpu_total = 2;
    two = fake_domain(0, 6);
    random_walk(two);
    other_cpu(two);
    fake_domain_free(two);
    check(fake_pages_out == 2 * 32, "all pages given back");
    return check_end();
}
