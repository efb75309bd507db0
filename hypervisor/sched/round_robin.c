/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Round robin: first come, first served, a fixed slice each. A woken vCPU waits at the end, so it
 * preempts only the idle vCPU.
 *
 * [rr.fair]  a ready vCPU runs before any other runs twice
 */
#include "sched/sched.h"

void ready_append(struct sched_cpu *c, struct sched_vcpu *s)
{
    list_insert_before(&c->ready, &s->link);
}

void ready_remove(struct sched_cpu *c, struct sched_vcpu *s)
{
    list_remove(&s->link);
}

static void cpu_start(struct sched_cpu *c)
{
}

static void vcpu_start(struct sched_vcpu *s)
{
}

static void insert(struct sched_cpu *c, struct sched_vcpu *s, enum sched_why why, uint64_t now)
{
    ready_append(c, s);
}

static struct sched_vcpu *pick(struct sched_cpu *c, uint64_t now)
{
    return ready_first(c);
}

static void charge(struct sched_cpu *c, struct sched_vcpu *s, uint64_t ran_ns, uint64_t now)
{
}

static bool preempts(const struct sched_cpu *c, const struct sched_vcpu *woken, uint64_t now)
{
    return c->running == c->idle;
}

static uint64_t turn_end_ns(const struct sched_cpu *c)
{
    return c->ready_count ? c->running_since_ns + sched_slice_ns : ~0ull;
}

static void forget(struct sched_cpu *c, struct sched_vcpu *s)
{
}

static void arrive(struct sched_cpu *c, struct sched_vcpu *s, uint64_t now)
{
}

const struct sched_policy round_robin_policy = {
    .name = "rr",
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
