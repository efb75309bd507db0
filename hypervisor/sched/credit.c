/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credit: each vCPU is paid by weight and pays for what it runs.
 *
 *   every PERIOD_NS   what was run since the last accounting is paid out again, by weight, to all
 *                     that are active, up to a limit each; a domain's weight is divided among its active vCPUs
 *   while it runs     a vCPU pays, to the nanosecond; or the domain that last asked it for a service (sched_serves)
 *                     owes it, for SERVICE_NS at most from when it woke, until that one's next accounting
 *
 * So the sum of what all own stays what it was, nothing drifts, and an idle CPU makes nobody poor.
 * Those who own something (UNDER) run before those in debt (OVER), each class in turns; a woken vCPU
 * that owns something is BOOSTED for the first BOOST_NS it runs. Nothing is sampled: to sleep at a certain
 * moment gains nothing.
 *
 * Who waits saves, up to a turn of each that is ready, and PERIOD_NS. Who sleeps is paid until it owns BOOST_NS and
 * twice what it ran in the last period: more would be a debt of whoever runs meanwhile, who with many sleepers would
 * wait for seconds once they wake. A vCPU is active until it has slept for a whole period and owns BOOST_NS.
 *
 * [credit.sum]    what all vCPUs of a CPU own, and its pool, add up to nothing
 * [credit.cap]    over any number of periods a capped vCPU runs at most its cap and one turn
 */
#include "sched/sched.h"

#define PERIOD_NS  30000000ll
#define BOOST_NS   1000000ll
#define SERVICE_NS 10000000ll /* what a server runs longer, it runs for itself */

#define WEIGHT_FRACTIONS MAX_VCPUS_PER_DOM /* so that also a weight of 1 can be divided */

enum class { /* in the order of running */
    BOOSTED,
    UNDER,
    OVER,
    PARKED, /* its cap is used up until the next accounting */
};

/* Of each domain, on all CPUs; atomic. */
static struct account {
    uint32_t active; /* vCPUs */
    int64_t owed_ns; /* for what others ran in its service */
} accounts[MAX_DOMAINS];

static struct account *account_of(const struct sched_vcpu *s)
{
    return &accounts[s->vcpu->domain->id];
}

static struct sched_vcpu *active_at(struct list *l)
{
    return container_of(l, struct sched_vcpu, credit.active);
}

static bool is_active(const struct sched_vcpu *s)
{
    return !list_is_empty(&s->credit.active);
}

static void activate(struct sched_cpu *c, struct sched_vcpu *s)
{
    if (is_active(s))
        return;
    list_insert_before(&c->credit.active, &s->credit.active);
    __atomic_add_fetch(&account_of(s)->active, 1, __ATOMIC_RELAXED);
}

static void deactivate(struct sched_vcpu *s)
{
    if (!is_active(s))
        return;
    list_remove(&s->credit.active);
    __atomic_sub_fetch(&account_of(s)->active, 1, __ATOMIC_RELAXED);
}

/* Its part of its domain's, in WEIGHT_FRACTIONS. It is active. */
static uint64_t weight_of(const struct sched_vcpu *s)
{
    return (uint64_t)s->share.weight * WEIGHT_FRACTIONS / __atomic_load_n(&account_of(s)->active, __ATOMIC_RELAXED);
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

/* It slept until now, or for a while before: it has not been kept from running. */
static bool is_at_ease(const struct sched_vcpu *s)
{
    return !s->is_queued || s->was_woken;
}

/* What it may own once it is paid. Who waits is paid meanwhile for the turns that others have before it. */
static int64_t limit_ns(const struct sched_cpu *c, const struct sched_vcpu *s)
{
    return is_at_ease(s) ? BOOST_NS + 2 * s->credit.period_ns : PERIOD_NS + c->ready_count * (int64_t)sched_slice_ns;
}

static uint64_t weight_of_takers(const struct sched_cpu *c)
{
    uint64_t sum = 0;

    for (struct list *l = c->credit.active.next; l != &c->credit.active; l = l->next)
        if (active_at(l)->credit.ns < limit_ns(c, active_at(l)))
            sum += weight_of(active_at(l));
    return sum;
}

/* One round: those who reach their limits leave their rest in the pool. Returns what was paid. */
static int64_t pay_round(struct sched_cpu *c, uint64_t weights)
{
    int64_t paid = 0;

    for (struct list *l = c->credit.active.next; l != &c->credit.active; l = l->next) {
        struct sched_vcpu *s = active_at(l);
        int64_t part = c->credit.pool_ns * (int64_t)weight_of(s) / (int64_t)weights;

        if (s->credit.ns >= limit_ns(c, s))
            continue;
        part = MIN(part, limit_ns(c, s) - s->credit.ns);
        s->credit.ns += part;
        paid += part;
    }
    c->credit.pool_ns -= paid;
    return paid;
}

static void pay(struct sched_cpu *c, struct sched_vcpu *s, int64_t ns)
{
    s->credit.ns -= ns;
    c->credit.pool_ns += ns;
}

/* What a domain owes any of its vCPUs pays. */
static void collect(struct sched_cpu *c)
{
    for (struct list *l = c->credit.active.next; l != &c->credit.active; l = l->next)
        pay(c, active_at(l), __atomic_exchange_n(&account_of(active_at(l))->owed_ns, 0, __ATOMIC_RELAXED));
}

static void pay_out(struct sched_cpu *c)
{
    uint64_t weights;

    do
        weights = c->credit.pool_ns > 0 ? weight_of_takers(c) : 0;
    while (weights && pay_round(c, weights));
}

static void end_periods(struct sched_cpu *c, struct sched_vcpu *s, int64_t periods)
{
    if (!s->is_queued && !s->credit.period_ns && s->credit.ns >= BOOST_NS)
        deactivate(s);
    s->credit.period_ns = s->share.cap ? MAX(0, s->credit.period_ns - periods * allowed_ns(s)) : 0;
}

/* Periods end on time, also when they are accounted late: a cap is a cap of each. */
static void account(struct sched_cpu *c, uint64_t now)
{
    uint64_t periods = (now - c->credit.accounted_ns) / PERIOD_NS;

    if (!periods)
        return;
    collect(c);
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
    account_of(s)->owed_ns = 0;
}

static void insert(struct sched_cpu *c, struct sched_vcpu *s, enum sched_why why, uint64_t now)
{
    activate(c, s);
    if (why == WHY_WOKEN)
        s->credit.served_ns = 0;
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

/* What of the time it ran its client owes. */
static int64_t served_ns(struct sched_vcpu *s, int64_t ran_ns)
{
    domid_t client = __atomic_load_n(&s->client, __ATOMIC_RELAXED);
    int64_t ns = MIN(ran_ns, SERVICE_NS - s->credit.served_ns);

    if (!client)
        return 0;
    s->credit.served_ns += ns;
    __atomic_add_fetch(&accounts[client].owed_ns, ns, __ATOMIC_RELAXED);
    return ns;
}

static void charge(struct sched_cpu *c, struct sched_vcpu *s, uint64_t ran_ns, uint64_t now)
{
    int64_t ran = (int64_t)ran_ns;

    s->credit.period_ns += ran;
    pay(c, s, ran - served_ns(s, ran));
}

/* Of a server whose client is the running vCPU, and that in this period ran more than twice as long as that one: it may ask for
 * more, to be served at once. Others, as a rule, have nothing to do until they are served. */
static bool is_patient(const struct sched_vcpu *woken, const struct sched_vcpu *running, int64_t ran_ns)
{
    domid_t client = __atomic_load_n(&woken->client, __ATOMIC_RELAXED);

    return client && client == running->vcpu->domain->id &&
           woken->credit.period_ns > 2 * (running->credit.period_ns + ran_ns);
}

/* A patient one waits for BOOST_NS at most if it is boosted. */
static bool preempts(const struct sched_cpu *c, const struct sched_vcpu *woken, uint64_t now)
{
    const struct sched_vcpu *s = sched_of(c->running);
    int64_t ran_ns = (int64_t)(now - c->running_since_ns);

    if (c->running == c->idle)
        return class_of(woken, 0) < PARKED;
    return !is_patient(woken, s, ran_ns) && class_of(woken, 0) < class_of(s, ran_ns);
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
    deactivate(s);
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
