/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Borrowed virtual time (Duda and Cheriton, SOSP 1999), the policy of the 2003 paper.
 *
 *   actual      A: the time a vCPU has run, divided by its weight
 *   effective   E = A - warp: a vCPU that may warp borrows from its own future
 *   lowest E runs; the running one is let go on until it is ALLOWANCE_NS past the next
 *
 * A woken vCPU's A is raised to the lowest A of those that are ready or run: sleeping earns
 * nothing. It warps until it has run WARP_LIMIT_NS without sleeping, then not for WARP_REST_NS: a
 * warp lowers latency and cannot become a share.
 *
 * [bvt.share]  while they are ready, A of any two vCPUs differs by less than a turn of each and the
 *              warp
 * [bvt.order]  c->ready is sorted by E
 */
#include "sched/sched.h"

#define ALLOWANCE_NS  5000000ull  /* context-switch allowance, in real time */
#define WARP_LIMIT_NS 10000000ull /* in real time */
#define WARP_REST_NS  50000000ull

static int64_t weighted(const struct sched_vcpu *s, uint64_t ns)
{
    return (int64_t)(ns * WEIGHT_NORMAL / s->share.weight);
}

static uint64_t unweighted(const struct sched_vcpu *s, int64_t virtual_ns)
{
    return (uint64_t)virtual_ns * s->share.weight / WEIGHT_NORMAL;
}

/* A as it would be if the running vCPU were charged now. */
static int64_t actual(const struct sched_cpu *c, const struct sched_vcpu *s, uint64_t now)
{
    bool runs = c->running == s->vcpu;

    return s->bvt.actual_ns + (runs ? weighted(s, now - c->running_since_ns) : 0);
}

static int64_t effective(const struct sched_cpu *c, const struct sched_vcpu *s, uint64_t now)
{
    return actual(c, s, now) - (s->bvt.is_warped ? (int64_t)s->share.warp_ns : 0);
}

/* Scheduler virtual time: the lowest A of those who want the CPU. It never goes back. */
static int64_t virtual_time(struct sched_cpu *c, uint64_t now)
{
    int64_t lowest = INT64_MAX;

    if (c->running != c->idle)
        lowest = actual(c, sched_of(c->running), now);
    for (struct list *l = c->ready.next; l != &c->ready; l = l->next)
        lowest = MIN(lowest, ready_at(l)->bvt.actual_ns);
    if (lowest != INT64_MAX)
        c->bvt.virtual_ns = MAX(c->bvt.virtual_ns, lowest);
    return c->bvt.virtual_ns;
}

static void cpu_start(struct sched_cpu *c)
{
    c->bvt.virtual_ns = 0;
}

static void vcpu_start(struct sched_vcpu *s)
{
    s->bvt.actual_ns = 0;
}

static void wake(struct sched_cpu *c, struct sched_vcpu *s, uint64_t now)
{
    s->bvt.actual_ns = MAX(s->bvt.actual_ns, virtual_time(c, now));
    s->bvt.warped_ns = 0;
}

/* Behind all of lower or equal E, so that equals take turns; who was woken before its equals, or it would preempt
 * the running one in their favour and wait for their turn. */
static void insert(struct sched_cpu *c, struct sched_vcpu *s, enum sched_why why, uint64_t now)
{
    struct list *l = &c->ready;
    int64_t last;

    if (why == WHY_WOKEN)
        wake(c, s, now);
    s->bvt.is_warped = s->share.warp_ns && now >= s->bvt.rests_until_ns;
    last = effective(c, s, now) - (why == WHY_WOKEN);
    while (l->prev != &c->ready && effective(c, ready_at(l->prev), now) > last)
        l = l->prev;
    list_insert_before(l, &s->link);
}

static struct sched_vcpu *pick(struct sched_cpu *c, uint64_t now)
{
    return ready_first(c);
}

static void charge(struct sched_cpu *c, struct sched_vcpu *s, uint64_t ran_ns, uint64_t now)
{
    s->bvt.actual_ns += weighted(s, ran_ns);
    if (s->bvt.is_warped)
        s->bvt.warped_ns += ran_ns;
    if (s->bvt.warped_ns >= WARP_LIMIT_NS) {
        s->bvt.rests_until_ns = now + WARP_REST_NS;
        s->bvt.warped_ns = 0;
    }
}

static bool preempts(const struct sched_cpu *c, const struct sched_vcpu *woken, uint64_t now)
{
    return c->running == c->idle ||
           effective(c, woken, now) < effective(c, sched_of(c->running), now);
}

/* How long the running vCPU may go on beside `next`. */
static uint64_t turn_ns(const struct sched_cpu *c, const struct sched_vcpu *s,
                        const struct sched_vcpu *next)
{
    int64_t lead =
        effective(c, next, c->running_since_ns) - effective(c, s, c->running_since_ns);
    uint64_t turn = ALLOWANCE_NS + (lead > 0 ? unweighted(s, lead) : 0);

    return s->bvt.is_warped ? MIN(turn, WARP_LIMIT_NS - s->bvt.warped_ns) : turn;
}

static uint64_t turn_end_ns(const struct sched_cpu *c)
{
    const struct sched_vcpu *next = ready_first(c);

    if (!next || c->running == c->idle)
        return ~0ull;
    return c->running_since_ns + turn_ns(c, sched_of(c->running), next);
}

/* Its lead over the others goes along, not its time. */
static void forget(struct sched_cpu *c, struct sched_vcpu *s)
{
    s->bvt.actual_ns -= c->bvt.virtual_ns;
}

static void arrive(struct sched_cpu *c, struct sched_vcpu *s, uint64_t now)
{
    s->bvt.actual_ns += virtual_time(c, now);
}

const struct sched_policy bvt_policy = {
    .name = "bvt",
    .cpu_start = cpu_start,
    .vcpu_start = vcpu_start,
    .insert = insert,
    .remove = ready_remove,
    .pick = pick,
    .charge = charge,
    .preempts = preempts,
    .turn_end_ns = turn_end_ns,
    .forget = forget,
    .arrive = arrive,
};
