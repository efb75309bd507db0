/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs next.
 *
 *                  ┌────────────── sched_next ──────────────┐
 *      offline ──► ready queue of the vCPU's CPU ──► running ┤
 *      blocked ──►      (order: the policy)                  └─► ready, blocked or offline
 *
 * Every vCPU has a home CPU, whose queue holds it and which alone picks it. One lock per CPU covers the
 * queue and the states of its vCPUs. How a vCPU gets another home: move.c.
 *
 * [sched.one]   a vCPU is running, in one queue, or unable to run, and exactly one of these
 * [sched.wake]  a vCPU blocks by setting is_blocked and then looking at what it waits for; a waker
 *               makes that true and then looks at is_blocked. Both with full barriers: one of them
 *               sees the other
 *
 * Not here: the order in the queue (credit.c, bvt.c, round_robin.c), switching the machine (pv/).
 */
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/room.h"
#include "sched/queue.h"
#include "trace/trace.h"

static const struct sched_policy *const policies[] = {&credit_policy, &bvt_policy,
                                                      &round_robin_policy};
const struct sched_policy *policy = &credit_policy; /* fixed before the second CPU starts */
static struct sched_cpu cpus[MAX_CPUS];

struct sched_cpu *sched_cpu(unsigned id)
{
    return &cpus[id];
}

void sched_request(struct sched_cpu *c, uint32_t work)
{
    uint32_t before = __atomic_fetch_or(&c->work, work, __ATOMIC_SEQ_CST);

    if (c != sched_here() && (before & work) != work)
        cpu_kick(c->id);
}

static bool is_allowed(const struct vcpu *v)
{
    return v->is_up && !v->crashed && !sched_of(v)->pauses && v->domain->state == DOMAIN_RUNNING;
}

static bool may_run(const struct vcpu *v)
{
    return is_allowed(v) && !__atomic_load_n(&sched_of(v)->is_blocked, __ATOMIC_ACQUIRE);
}

static enum vcpu_state resting_state(const struct vcpu *v)
{
    return is_allowed(v) ? VCPU_BLOCKED : VCPU_OFFLINE;
}

static void set_state(struct vcpu *v, enum vcpu_state state, uint64_t now)
{
    if (v->state != state)
        runstate_change(v, state, now);
}

void enqueue(struct sched_cpu *c, struct sched_vcpu *s, enum sched_why why, uint64_t now)
{
    policy->insert(c, s, why, now);
    s->is_queued = true;
    c->ready_count++;
}

void dequeue(struct sched_cpu *c, struct sched_vcpu *s)
{
    policy->remove(c, s);
    s->is_queued = false;
    c->ready_count--;
}

/* The running vCPU may have had the CPU to itself until now, without an end of its turn. */
static void turn_start(struct sched_cpu *c)
{
    uint64_t end = policy->turn_end_ns(c);

    if (end != ~0ull)
        timer_set(&c->slice, end);
}

static bool is_smp(void)
{
    return cpus[1].idle;
}

/* Brings a vCPU that does not run to where its flags put it; one that runs is left to
 * sched_next. */
static void settle(struct sched_cpu *c, struct vcpu *v)
{
    struct sched_vcpu *s = sched_of(v);

    if (c->running == v) {
        if (!may_run(v))
            sched_request(c, WORK_RESCHEDULE);
    } else if (!may_run(v)) {
        if (s->is_queued)
            dequeue(c, s);
        set_state(v, resting_state(v), clock_ns());
    } else if (!s->is_queued) {
        uint64_t now = clock_ns();

        enqueue(c, s, WHY_WOKEN, now);
        s->was_woken = true;
        set_state(v, VCPU_RUNNABLE, now);
        /* Another CPU's slice timer can only be started by that CPU. */
        if (c != sched_here() || policy->preempts(c, s, now))
            sched_request(c, WORK_RESCHEDULE);
        else
            turn_start(c);
        if (is_smp() && c->running != c->idle)
            sched_offer(c);
    }
}

struct sched_cpu *lock_home(const struct vcpu *v)
{
    for (;;) {
        struct sched_cpu *c = &cpus[__atomic_load_n(&v->cpu, __ATOMIC_RELAXED)];

        lock_take(&c->lock);
        if (likely(c == &cpus[v->cpu]))
            return c;
        lock_drop(&c->lock);
    }
}

static void slice_over(struct timer *t)
{
    sched_request(container_of(t, struct sched_cpu, slice), WORK_RESCHEDULE);
}

static void singleshot_fire(struct timer *t)
{
    struct vcpu *v = container_of(t, struct sched_vcpu, singleshot)->vcpu;

    v->timer_ns = ~0ull;
    on_singleshot(v);
}

static void periodic_fire(struct timer *t)
{
    struct vcpu *v = container_of(t, struct sched_vcpu, periodic)->vcpu;
    bool is_on;

    lock_take(&sched_of(v)->periodic_lock);
    is_on = v->periodic_ns;
    /* From now, not from the last deadline: a guest that was kept waiting gets no burst. */
    if (is_on)
        timer_set(t, clock_ns() + v->periodic_ns);
    lock_drop(&sched_of(v)->periodic_lock);
    if (is_on)
        on_periodic(v);
}

void sched_set_periodic(struct vcpu *v, uint64_t period_ns)
{
    struct sched_vcpu *s = sched_of(v);

    lock_take(&s->periodic_lock);
    v->periodic_ns = period_ns;
    if (period_ns)
        timer_set(&s->periodic, clock_ns() + period_ns);
    else
        timer_stop(&s->periodic);
    lock_drop(&s->periodic_lock);
}

static void poll_fire(struct timer *t)
{
    on_poll_timeout(container_of(t, struct sched_vcpu, poll)->vcpu);
}

int sched_init(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(policies); i++) {
        if (strcmp(name, policies[i]->name) == 0) {
            policy = policies[i];
            return 0;
        }
    }
    return -ENOENT;
}

const char *sched_name(void)
{
    return policy->name;
}

int sched_cpu_init(struct vcpu *idle)
{
    struct sched_cpu *c = &cpus[this_cpu()->id];

    c->id = this_cpu()->id;
    c->idle = c->running = idle;
    c->running_since_ns = clock_ns();
    idle->cpu = c->id;
    idle->state = VCPU_RUNNING;
    list_init(&c->ready);
    list_init(&c->leaving);
    policy->cpu_start(c);
    timer_init(&c->slice, slice_over);
    this_cpu()->sched = c;
    return timers_init();
}

static int vcpu_init(struct vcpu *v, uint64_t now)
{
    struct sched_vcpu *s = room_alloc(&v->room, sizeof(*s));

    if (!s)
        return -ENOMEM;
    s->vcpu = v;
    list_init(&s->link);
    list_init(&s->leaves);
    s->share = sched_share_of(v->domain->id);
    policy->vcpu_start(s);
    timer_init(&s->singleshot, singleshot_fire);
    timer_init(&s->periodic, periodic_fire);
    timer_init(&s->poll, poll_fire);
    v->sched = s;
    v->cpu = (v->domain->id + v->id) % cpu_count();
    v->hard_affinity = ~0ull;
    v->state = VCPU_OFFLINE;
    v->state_since_ns = now;
    v->timer_ns = ~0ull;
    return 0;
}

int sched_domain_init(struct domain *d)
{
    uint64_t now = clock_ns();
    int rc = 0;

    for (unsigned i = 0; !rc && i < d->vcpu_count; i++)
        rc = vcpu_init(d->vcpus[i], now);
    return rc;
}

static void forget(struct vcpu *v)
{
    struct sched_cpu *c = lock_home(v);

    policy->forget(c, sched_of(v));
    lock_drop(&c->lock);
}

void sched_domain_destroy(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        struct sched_vcpu *s = sched_of(d->vcpus[i]);

        if (!s)
            continue; /* its domain was not finished */
        /* The caller has seen sched_is_stopped for every vCPU of a dying domain. */
        BUG_ON(s->is_queued);
        forget(d->vcpus[i]);
        sched_set_periodic(d->vcpus[i], 0);
        timer_kill(&s->singleshot);
        timer_kill(&s->periodic);
        timer_kill(&s->poll);
        d->vcpus[i]->sched = NULL;
        room_free(s);
    }
}

/* prev stops running, or goes into the queue to be picked again. */
static void put_back(struct sched_cpu *c, struct vcpu *prev, uint64_t now)
{
    struct sched_vcpu *s = sched_of(prev);

    if (may_run(prev))
        enqueue(c, s, s->has_yielded ? WHY_YIELDED : WHY_PREEMPTED, now);
    else
        __atomic_store_n(&s->client, 0, __ATOMIC_RELAXED);
    s->has_yielded = false;
}

static void trace_turn_to(const struct sched_cpu *c, const struct vcpu *prev,
                          const struct vcpu *next, uint64_t ran_ns)
{
    uint16_t from = prev == c->idle ? TRACE_IDLE : prev->domain->id;
    uint16_t to = next == c->idle ? TRACE_IDLE : next->domain->id;

    if (trace_wants(switch))
        trace_turns();
    trace_switch(from, prev->id, to, next->id, ran_ns, prev->state);
    trace_runs(to, next->id);
}

static struct vcpu *pick(struct sched_cpu *c, uint64_t now)
{
    struct sched_vcpu *s = policy->pick(c, now);

    if (!s)
        return c->idle;
    dequeue(c, s);
    return s->vcpu;
}

/* From its waking until now. */
static void note_wait(struct vcpu *v, uint64_t now)
{
    struct sched_vcpu *s = sched_of(v);

    if (s->was_woken)
        trace_count(TRACE_ROW_wake_to_run, now - v->state_since_ns);
    s->was_woken = false;
}

/* Leaves the choice to the policy; c->lock. */
static struct vcpu *choose(struct sched_cpu *c, struct vcpu *prev, uint64_t now)
{
    uint64_t ran_ns = now - c->running_since_ns;
    struct vcpu *next;

    if (prev != c->idle)
        policy->charge(c, sched_of(prev), ran_ns, now);
    c->running_since_ns = now;
    if (prev != c->idle)
        put_back(c, prev, now);
    next = pick(c, now);
    if (next != prev) {
        if (prev != c->idle)
            set_state(prev, sched_of(prev)->is_queued ? VCPU_RUNNABLE : resting_state(prev), now);
        if (next != c->idle) {
            note_wait(next, now);
            set_state(next, VCPU_RUNNING, now);
        }
        trace_turn_to(c, prev, next, ran_ns);
    }
    c->running = next;
    timer_stop(&c->slice);
    turn_start(c);
    return next;
}

/* Nobody asked: a turn would only cost prev its place. Who takes prev's right to run asks, but for its crash. */
static bool goes_on(const struct vcpu *prev)
{
    return !sched_is_wanted() && !prev->crashed;
}

static __attribute__((noinline)) struct vcpu *turn(struct sched_cpu *c, struct vcpu *prev)
{
    struct vcpu *next = prev;

    if (!goes_on(prev)) {
        lock_take(&c->lock);
        __atomic_fetch_and(&c->work, ~(uint32_t)WORK_RESCHEDULE, __ATOMIC_SEQ_CST);
        next = choose(c, prev, clock_ns());
        lock_drop(&c->lock);
    }
    if (is_smp() && (next == c->idle || prev == c->idle))
        sched_steal(c);
    return next;
}

struct vcpu *sched_next(struct vcpu *prev)
{
    return goes_on(prev) && !prev->is_idle ? prev : turn(sched_here(), prev);
}

void sched_switched(void)
{
    struct sched_cpu *c = sched_here();

    if (!is_smp())
        return;
    /* prev is not loaded any more: who wakes it from now on offers it, who did so before is seen below. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!c->ready_count || c->running == c->idle)
        return;
    lock_take(&c->lock);
    sched_offer(c);
    lock_drop(&c->lock);
}

void sched_wake(struct vcpu *v)
{
    struct sched_cpu *c = lock_home(v);

    trace_wake(v->domain->id, v->id);
    v->poll_port = 0;
    __atomic_store_n(&sched_of(v)->is_blocked, false, __ATOMIC_SEQ_CST);
    settle(c, v);
    lock_drop(&c->lock);
}

void sched_block(struct vcpu *v)
{
    trace_block(v->domain->id, v->id);
    __atomic_store_n(&sched_of(v)->is_blocked, true, __ATOMIC_SEQ_CST);
    sched_request(sched_here(), WORK_RESCHEDULE);
}

void sched_give_way(struct vcpu *v)
{
    if (!sched_here()->ready_count) {
        spin_wait(); /* it waits for another CPU, which an emulator that runs one after the other then runs */
        return;
    }
    trace_yield(v->domain->id, v->id);
    sched_of(v)->has_yielded = true;
    sched_request(sched_here(), WORK_RESCHEDULE);
}

void sched_notify(struct vcpu *v)
{
    if (__atomic_load_n(&sched_of(v)->is_blocked, __ATOMIC_SEQ_CST))
        sched_wake(v);
    else if (__atomic_load_n(&v->state, __ATOMIC_ACQUIRE) == VCPU_RUNNING && v->cpu != this_cpu()->id)
        cpu_kick(v->cpu); /* one that has moved since has looked since */
}

void sched_up(struct vcpu *v)
{
    struct sched_cpu *c = lock_home(v);

    v->is_up = true;
    settle(c, v);
    lock_drop(&c->lock);
}

void sched_down(struct vcpu *v)
{
    struct sched_cpu *c = lock_home(v);

    v->is_up = false;
    settle(c, v);
    lock_drop(&c->lock);
}

void sched_pause(struct vcpu *v)
{
    struct sched_cpu *c = lock_home(v);

    sched_of(v)->pauses++;
    settle(c, v);
    lock_drop(&c->lock);
}

void sched_unpause(struct vcpu *v)
{
    struct sched_cpu *c = lock_home(v);

    /* Pauses are counted by the hypervisor's own callers, each of which unpauses what it paused. */
    BUG_ON(!sched_of(v)->pauses);
    sched_of(v)->pauses--;
    settle(c, v);
    lock_drop(&c->lock);
}

bool sched_is_stopped(const struct vcpu *v)
{
    struct sched_cpu *c = lock_home(v);
    struct sched_vcpu *s = sched_of(v);
    bool is_off = c->running != v && !s->is_queued && list_is_empty(&s->leaves);
    bool is_loaded = __atomic_load_n(&v->is_loaded, __ATOMIC_ACQUIRE);

    lock_drop(&c->lock);
    if (is_off && is_loaded)
        sched_request(c, WORK_MOVE);
    return is_off && !is_loaded;
}

void runstate_read(const struct vcpu *v, struct vcpu_runstate_info *out)
{
    struct sched_cpu *c = lock_home(v);

    runstate_now(v, out);
    lock_drop(&c->lock);
}

void sched_vcpu_share(struct vcpu *v, const struct sched_share *share)
{
    struct sched_cpu *c = lock_home(v);

    sched_of(v)->share = *share;
    sched_request(c, WORK_RESCHEDULE);
    lock_drop(&c->lock);
}

void sched_domain_changed(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        struct sched_cpu *c = lock_home(d->vcpus[i]);

        settle(c, d->vcpus[i]);
        lock_drop(&c->lock);
    }
}
