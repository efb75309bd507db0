/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credit: each vCPU is paid by weight and pays for what it runs.
 *
 *   every PERIOD_NS   what was run since the last accounting is paid out again, by weight, to all
 *                     that are active, none getting more than PERIOD_NS ahead
 *   while it runs     a vCPU pays, to the nanosecond
 *
 * So the sum of what all own stays what it was, nothing drifts, and an idle CPU makes nobody poor.
 * Those who own something (UNDER) run before those in debt (OVER), each class in turns; a woken vCPU
 * that owns something is BOOSTED for the first BOOST_NS it runs. Nothing is sampled: to sleep at a certain
 * moment gains nothing.
 *
 * A vCPU is active until it owns PERIOD_NS and has not run for a period. Of that it keeps BOOST_NS, and the pool has the
 * rest: it would be a debt of whoever runs meanwhile, who with many sleepers would wait for seconds once they wake.
 *
 * [credit.sum]    what all vCPUs of a CPU own, and its pool, add up to nothing
 * [credit.cap]    over any number of periods a capped vCPU runs at most its cap and one turn
 */
#include "sched/sched.h"

#define PERIOD_NS 30000000ll
#define BOOST_NS  1000000ll

enum class { /* in the order of running */
    BOOSTED,
    UNDER,
    OVER,
    PARKED, /* its cap is used up until the next accounting */
};

static struct sched_vcpu *active_at(struct list *l)
{
    return container_of(l, struct sched_vcpu, credit.active);
}

static bool is_active(const struct sched_vcpu *s)
{
    return !list_is_empty(&s->credit.active);
}

static int64_t allowed_ns(const struct sched_vcpu *s)
{
    return PERIOD_NS * s->share.cap / CAP_MAX;
}

/* Of a vCPU that will have run for `ran_ns` more than it was charged for. */
static enum class class_of(const struct sched_vcpu *s, int64_t ran_ns)
{
    if (s->share.cap && s->credit.period_ns + ran_ns >= allowed_ns(s))
        return PARKED;
    if (s->credit.is_boosted && ran_ns < BOOST_NS)
        return BOOSTED;
    return s->credit.ns - ran_ns >= 0 ? UNDER : OVER;
}

static uint64_t weight_of_takers(const struct sched_cpu *c)
{
    uint64_t sum = 0;

    for (struct list *l = c->credit.active.next; l != &c->credit.active; l = l->next)
        if (active_at(l)->credit.ns < PERIOD_NS)
            sum += active_at(l)->share.weight;
    return sum;
}

/* One round: those who reach PERIOD_NS leave their rest in the pool. Returns what was paid. */
static int64_t pay_round(struct sched_cpu *c, uint64_t weights)
{
    int64_t paid = 0;

    for (struct list *l = c->credit.active.next; l != &c->credit.active; l = l->next) {
        struct sched_vcpu *s = active_at(l);
        int64_t part = c->credit.pool_ns * s->share.weight / (int64_t)weights;

        if (s->credit.ns >= PERIOD_NS)
            continue;
        part = MIN(part, PERIOD_NS - s->credit.ns);
        s->credit.ns += part;
        paid += part;
    }
    c->credit.pool_ns -= paid;
    return paid;
}

static void pay_out(struct sched_cpu *c)
{
    uint64_t weights;

    do
        weights = c->credit.pool_ns > 0 ? weight_of_takers(c) : 0;
    while (weights && pay_round(c, weights));
}

static void retire(struct sched_cpu *c, struct sched_vcpu *s)
{
    list_remove(&s->credit.active);
    c->credit.pool_ns += s->credit.ns - BOOST_NS;
    s->credit.ns = BOOST_NS;
}

static void end_periods(struct sched_cpu *c, struct sched_vcpu *s, int64_t periods)
{
    if (s->credit.ns >= PERIOD_NS && !s->credit.period_ns && !s->is_queued)
        retire(c, s);
    s->credit.period_ns = s->share.cap ? MAX(0, s->credit.period_ns - periods * allowed_ns(s)) : 0;
}

/* Periods end on time, also when they are accounted late: a cap is a cap of each. */
static void account(struct sched_cpu *c, uint64_t now)
{
    uint64_t periods = (now - c->credit.accounted_ns) / PERIOD_NS;

    if (!periods)
        return;
    pay_out(c);
    for (struct list *l = c->credit.active.next, *next; l != &c->credit.active; l = next) {
        next = l->next;
        end_periods(c, active_at(l), (int64_t)periods);
    }
    c->credit.accounted_ns += periods * PERIOD_NS;
}

static void cpu_start(struct sched_cpu *c)
{
    list_init(&c->credit.active);
    c->credit.pool_ns = 0;
    c->credit.accounted_ns = 0;
    c->credit.boosted = 0;
}

static void vcpu_start(struct sched_vcpu *s)
{
    list_init(&s->credit.active);
    s->credit.ns = 0;
}

static void insert(struct sched_cpu *c, struct sched_vcpu *s, enum sched_why why, uint64_t now)
{
    if (!is_active(s))
        list_insert_before(&c->credit.active, &s->credit.active);
    s->credit.is_boosted = why == WHY_WOKEN && s->credit.ns >= 0;
    c->credit.boosted += s->credit.is_boosted;
    ready_append(c, s);
}

static void take(struct sched_cpu *c, struct sched_vcpu *s)
{
    c->credit.boosted -= s->credit.is_boosted;
    ready_remove(c, s);
}

/* The first of the best class: the search ends where there can be no better. */
static struct sched_vcpu *pick(struct sched_cpu *c, uint64_t now)
{
    struct sched_vcpu *best = NULL;
    enum class best_class = PARKED, last_class = c->credit.boosted ? BOOSTED : UNDER;

    account(c, now);
    for (struct list *l = c->ready.next; l != &c->ready && best_class > last_class; l = l->next) {
        enum class class = class_of(ready_at(l), 0);

        if (class < best_class) {
            best = ready_at(l);
            best_class = class;
        }
    }
    return best;
}

static void charge(struct sched_cpu *c, struct sched_vcpu *s, uint64_t ran_ns, uint64_t now)
{
    s->credit.ns -= (int64_t)ran_ns;
    s->credit.period_ns += (int64_t)ran_ns;
    c->credit.pool_ns += (int64_t)ran_ns;
}

static bool preempts(const struct sched_cpu *c, const struct sched_vcpu *woken, uint64_t now)
{
    enum class rival = PARKED;

    if (c->running != c->idle)
        rival = class_of(sched_of(c->running), (int64_t)(now - c->running_since_ns));
    return class_of(woken, 0) < rival;
}

static bool is_boost_waiting(const struct sched_cpu *c)
{
    if (!c->credit.boosted)
        return false;
    for (struct list *l = c->ready.next; l != &c->ready; l = l->next)
        if (class_of(ready_at(l), 0) == BOOSTED)
            return true;
    return false;
}

static uint64_t turn_end_ns(const struct sched_cpu *c)
{
    const struct sched_vcpu *s;
    uint64_t turn = is_boost_waiting(c) ? BOOST_NS : c->ready_count ? sched_slice_ns : ~0ull;

    if (c->running == c->idle) /* whoever is ready is parked */
        return c->ready_count ? c->credit.accounted_ns + PERIOD_NS : ~0ull;
    s = sched_of(c->running);
    if (s->share.cap)
        turn = MIN(turn, (uint64_t)(allowed_ns(s) - s->credit.period_ns));
    return turn == ~0ull ? turn : c->running_since_ns + turn;
}

/* Leaves the others what it owned, or its debt; who arrives takes as much from their pool. [credit.sum] */
static void forget(struct sched_cpu *c, struct sched_vcpu *s)
{
    c->credit.pool_ns += s->credit.ns;
    list_remove(&s->credit.active);
}

static void arrive(struct sched_cpu *c, struct sched_vcpu *s, uint64_t now)
{
    c->credit.pool_ns -= s->credit.ns;
}

const struct sched_policy credit_policy = {
    .name = "credit",
    .cpu_start = cpu_start,
    .vcpu_start = vcpu_start,
    .insert = insert,
    .remove = take,
    .pick = pick,
    .charge = charge,
    .preempts = preempts,
    .turn_end_ns = turn_end_ns,
    .forget = forget,
    .arrive = arrive,
};
