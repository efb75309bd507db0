/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of sched/ share of the run queues. */
#ifndef SCHED_QUEUE_H
#define SCHED_QUEUE_H

#include "sched/sched.h"

extern const struct sched_policy *policy;

struct sched_cpu *sched_cpu(unsigned id);

/* With the lock of v's home held, which it is until that is dropped. */
struct sched_cpu *lock_home(const struct vcpu *v);

/* Under c->lock; s is at home there. */
void enqueue(struct sched_cpu *c, struct sched_vcpu *s, enum sched_why why, uint64_t now);
void dequeue(struct sched_cpu *c, struct sched_vcpu *s);

/* v's run state up to now, under the lock of its home (runstate.c). */
void runstate_now(const struct vcpu *v, struct vcpu_runstate_info *out);

/* --- move.c --- */

/* Somebody waits at c: tells a CPU that idles and may run one of them, if there is one. Under c->lock. */
void sched_offer(const struct sched_cpu *c);

/* c idles: fetches from a CPU that runs somebody one who waits there. c does not idle any more: tells others that
 * idle of those who wait. No locks held. */
void sched_steal(struct sched_cpu *c);

#endif
