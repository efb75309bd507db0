/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Round robin: first come, first served, a fixed slice each. A woken vCPU waits at the end, so it
 * preempts only the idle vCPU.
 *
 * [rr.fair]  a ready vCPU runs before any other runs twice
 */
#include "sched/sched.h"

static void insert(struct sched_cpu *c, struct sched_vcpu *s, enum sched_why why)
{
    list_insert_before(&c->ready, &s->link);
    c->ready_count++;
}

static void remove(struct sched_cpu *c, struct sched_vcpu *s)
{
    list_remove(&s->link);
    c->ready_count--;
}

static struct vcpu *pick(struct sched_cpu *c)
{
    struct sched_vcpu *s;

    if (list_is_empty(&c->ready))
        return NULL;
    s = container_of(c->ready.next, struct sched_vcpu, link);
    remove(c, s);
    return s->vcpu;
}

static void charge(struct sched_vcpu *s, uint64_t ran_ns)
{
}

static bool preempts(const struct sched_cpu *c, const struct sched_vcpu *woken)
{
    return c->running == c->idle;
}

static uint64_t slice_ns(const struct sched_vcpu *s)
{
    return SLICE_NS;
}

const struct sched_policy round_robin_policy = {
    .name = "rr",
    .insert = insert,
    .remove = remove,
    .pick = pick,
    .charge = charge,
    .preempts = preempts,
    .slice_ns = slice_ns,
};
