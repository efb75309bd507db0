/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another home for a vCPU.
 *
 *      waits at a CPU that runs another ──steal──► a CPU that has nothing to do
 *      wherever it is ──sched_set_affinity──► paused, leaving ──WORK_MOVE at its home──► where it may run
 *
 * [move.free]    a vCPU moves only while it does not run and its home holds nothing of it [context.home]
 * [move.work]    no CPU idles while somebody waits elsewhere who may run on it, but for the time a kick takes
 *
 * A vCPU takes what its policy owes it along.
 */
#include "lib/bug.h"
#include "sched/queue.h"
#include "trace/trace.h"

static void lock_pair(struct sched_cpu *a, struct sched_cpu *b)
{
    lock_take(a < b ? &a->lock : &b->lock);
    if (a != b)
        lock_take(a < b ? &b->lock : &a->lock);
}

static void unlock_pair(struct sched_cpu *a, struct sched_cpu *b)
{
    lock_drop(&a->lock);
    if (a != b)
        lock_drop(&b->lock);
}

static bool may_be_on(const struct vcpu *v, unsigned cpu)
{
    return v->hard_affinity >> cpu & 1;
}

static bool is_loaded(const struct vcpu *v)
{
    return __atomic_load_n(&v->is_loaded, __ATOMIC_ACQUIRE);
}

/* Both locks are held, and s is in no queue. [move.free] */
static void rehome(struct sched_cpu *from, struct sched_cpu *to, struct sched_vcpu *s, uint64_t now)
{
    struct vcpu *v = s->vcpu;

    BUG_ON(from->running == v || s->is_queued || is_loaded(v));
    policy->forget(from, s);
    __atomic_store_n(&v->cpu, to->id, __ATOMIC_RELEASE);
    policy->arrive(to, s, now);
    trace_migrate(v->domain->id, v->id, from->id, to->id);
}

/* --- Who has nothing to do helps who has too much --- */

static bool is_idle(const struct sched_cpu *c)
{
    return __atomic_load_n(&c->running, __ATOMIC_RELAXED) == c->idle;
}

static struct sched_vcpu *candidate(const struct sched_cpu *from, const struct sched_cpu *to)
{
    for (struct list *l = from->ready.next; l != &from->ready; l = l->next)
        if (may_be_on(ready_at(l)->vcpu, to->id) && !is_loaded(ready_at(l)->vcpu))
            return ready_at(l);
    return NULL;
}

/* One that is told already will fetch somebody, perhaps another: a further one is told as well. */
void sched_offer(const struct sched_cpu *c)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* who waits is seen by whoever is seen idle here */
    for (unsigned i = 1; i < cpu_count(); i++) {
        struct sched_cpu *other = sched_cpu((c->id + i) % cpu_count());

        if (is_idle(other) && !(__atomic_load_n(&other->work, __ATOMIC_RELAXED) & WORK_RESCHEDULE) &&
            candidate(c, other)) {
            sched_request(other, WORK_RESCHEDULE);
            return;
        }
    }
}

/* Those who wait at a CPU that idles wait for it, or for their caps. */
static bool is_crowded(const struct sched_cpu *c)
{
    return __atomic_load_n(&c->ready_count, __ATOMIC_RELAXED) && !is_idle(c);
}

/* Those who are left may go to others who idle. */
static bool steal_from(struct sched_cpu *from, struct sched_cpu *c, bool has_one)
{
    uint64_t now = clock_ns();
    struct sched_vcpu *s = NULL;

    lock_pair(from, c);
    if (is_crowded(from) && !has_one)
        s = candidate(from, c);
    if (s) {
        dequeue(from, s);
        rehome(from, c, s, now);
        enqueue(c, s, WHY_PREEMPTED, now);
        sched_request(c, WORK_RESCHEDULE);
    }
    if (is_crowded(from))
        sched_offer(from);
    unlock_pair(from, c);
    return s || has_one;
}

/* A CPU that was told of somebody and then got one of its own to run only passes on what it was told. */
void sched_steal(struct sched_cpu *c)
{
    bool has_one = !is_idle(c);

    for (unsigned i = 1; i < cpu_count(); i++) {
        struct sched_cpu *from = sched_cpu((c->id + i) % cpu_count());

        if (is_crowded(from))
            has_one = steal_from(from, c, has_one);
    }
}

/* --- Affinity --- */

/* Of those where it may run the one where fewest wait. */
static struct sched_cpu *best_for(const struct vcpu *v)
{
    struct sched_cpu *best = NULL;
    unsigned least = ~0u;

    for (unsigned i = 0; i < cpu_count(); i++) {
        struct sched_cpu *c = sched_cpu(i);
        unsigned load = c->ready_count + !is_idle(c);

        if (may_be_on(v, i) && load < least) {
            best = c;
            least = load;
        }
    }
    BUG_ON(!best); /* sched_set_affinity has refused a set without a CPU */
    return best;
}

/* A vCPU that must go stops first, and goes when its home has let go of it. */
int sched_set_affinity(struct vcpu *v, uint64_t cpus)
{
    struct sched_vcpu *s = sched_of(v);
    struct sched_cpu *c;
    bool leaves;

    if (!(cpus & ((1ull << cpu_count()) - 1)))
        return -EINVAL;
    c = lock_home(v);
    v->hard_affinity = cpus;
    leaves = !may_be_on(v, c->id) && list_is_empty(&s->leaves);
    if (leaves)
        list_insert_before(&c->leaving, &s->leaves);
    else if (s->is_queued)
        sched_offer(c); /* it may be wanted where it could not go before */
    lock_drop(&c->lock);
    if (leaves) {
        sched_pause(v);
        sched_request(c, WORK_MOVE);
    }
    return 0;
}

/* The first of those that leave and do not run any more. */
static struct sched_vcpu *next_to_go(struct sched_cpu *c)
{
    struct sched_vcpu *s = NULL;

    lock_take(&c->lock);
    for (struct list *l = c->leaving.next; l != &c->leaving && !s; l = l->next) {
        s = container_of(l, struct sched_vcpu, leaves);
        if (c->running == s->vcpu || s->is_queued || !s->pauses)
            s = NULL;
    }
    if (s)
        list_remove(&s->leaves);
    lock_drop(&c->lock);
    return s;
}

void sched_move_out(void)
{
    struct sched_cpu *c = sched_here(), *to;
    struct sched_vcpu *s;

    __atomic_fetch_and(&c->work, ~(uint32_t)WORK_MOVE, __ATOMIC_SEQ_CST);
    while ((s = next_to_go(c))) {
        to = best_for(s->vcpu);
        lock_pair(c, to);
        rehome(c, to, s, clock_ns());
        unlock_pair(c, to);
        sched_unpause(s->vcpu);
    }
}
