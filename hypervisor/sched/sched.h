/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time and the CPU: timers, the guests' clock, run states, and who runs next.
 *
 * All work that an interrupt or another CPU asks of this CPU is a bit in sched_cpu.work; the exit
 * path and the idle loop test one word (sched_has_work) and act on it.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include "domain/domain.h"

/* --- Limits --- */

#define TIMERS_PER_VCPU   3 /* singleshot, periodic, poll */
#define TIMERS_PER_DOMAIN 2 /* watchdogs */
#define TIMERS_OF_CONSOLE 1 /* keys */
#define TIMERS_PER_CPU    16376
#define PERIOD_MIN_NS     1000000ull /* below: VCPUOP_set_periodic_timer answers -EINVAL */
#define PERIOD_MAX_NS     (1ull << 62)
#define SLICE_NS          10000000ull /* credit and round robin: a turn, when others wait, if not chosen */
#define SLICE_MIN_NS      1000000ull
#define SLICE_MAX_NS      1000000000ull

_Static_assert(MAX_DOMAINS *(MAX_VCPUS_PER_DOM *TIMERS_PER_VCPU + TIMERS_PER_DOMAIN) + MAX_CPUS + TIMERS_OF_CONSOLE <=
                   TIMERS_PER_CPU,
               "every timer of every domain fits one CPU's queue");

/* --- Timers (timer.c) --- */

struct timer {
    uint64_t deadline_ns;
    void (*fire)(struct timer *t);
    uint64_t order; /* among equal deadlines the one set first fires first */
    uint32_t slot;  /* place in the queue, 0 when not queued; its queue's lock */
    uint32_t cpu;   /* whose queue that is */
};

/* A CPU's queue must exist before the first timer_set on that CPU. 0, -ENOMEM. */
int timers_init(void) must_check;

static inline void timer_init(struct timer *t, void (*fire)(struct timer *))
{
    *t = (struct timer){.deadline_ns = ~0ull, .fire = fire};
}

/* Fires once at or after `ns` on this CPU, without any lock held; replaces an earlier setting. ~0:
 * never. A deadline already past fires at the next timers_run(). */
void timer_set(struct timer *t, uint64_t ns);

/* Not queued afterwards. Its function may still be running on another CPU; timer_kill waits for
 * that. */
void timer_stop(struct timer *t);
void timer_kill(struct timer *t);

/* Fires what is due on this CPU and sets the hardware to the next deadline. No locks held. */
void timers_run(void);

/* The earliest deadline of this CPU, ~0 if none. */
uint64_t timers_next(void);

/* --- Run states (runstate.c) --- */

/* Accounts the time since the last change to the old state. */
void runstate_change(struct vcpu *v, enum vcpu_state state, uint64_t now);

/* What VCPUOP_get_runstate_info answers: the present state's time goes up to now. */
void runstate_read(const struct vcpu *v, struct vcpu_runstate_info *out);

/* Copies v's run state to the area its guest registered, if any. v's kernel address space must be
 * the one loaded; an area that cannot be written is left alone. */
void runstate_publish(struct vcpu *v);

/* --- The guests' clock (pvclock.c) --- */

/* Fills v->info->time; again whenever v->info moves. */
void pvclock_publish(struct vcpu *v);

/* Fills the wall-clock fields of d->shared_info. */
void wallclock_publish(struct domain *d);

/* UTC was `utc_ns` when system time was `system_ns`: tells every domain. */
void wallclock_set(uint64_t utc_ns, uint64_t system_ns);

/* --- Who runs next (sched.c) --- */

enum sched_work {
    WORK_TIMERS = 1,     /* call timers_run() */
    WORK_RESCHEDULE = 2, /* call sched_next() */
    WORK_MOVE = 4,       /* keep nothing of a vCPU that does not run; call sched_move_out() */
    WORK_HOLD = 8,       /* call hold_here() */
};

enum sched_why { /* why a vCPU enters the queue */
                 WHY_WOKEN,
                 WHY_YIELDED,
                 WHY_PREEMPTED, /* its slice is over, or another vCPU preempted it */
};

/* What a domain may have of a CPU, by vCPU (share.c). */
struct sched_share {
    uint32_t weight;  /* 1 to WEIGHT_MAX; twice the weight gets twice the time. credit: the whole domain's */
    uint32_t cap;     /* most it gets, in percent of a CPU, even of an idle one; 0: no limit. credit */
    uint64_t warp_ns; /* how far ahead of its time a woken vCPU may be. bvt */
};

#define WEIGHT_NORMAL 256
#define WEIGHT_MAX    65535
#define CAP_MAX       100
#define WARP_MAX_NS   1000000000ull

/* One CPU. `work` is atomic, the rest is covered by `lock`. */
struct sched_cpu {
    uint32_t work; /* first: see sched_has_work() */
    unsigned id;
    struct lock lock;
    struct vcpu *idle;
    struct vcpu *running;
    uint64_t running_since_ns;
    struct list ready; /* of struct sched_vcpu, ordered by the policy */
    unsigned ready_count;
    struct list leaving; /* of struct sched_vcpu, through `leaves` */
    struct timer slice; /* runs until policy->turn_end_ns */
    union {             /* the policy's own */
        struct {
            struct list active; /* of struct sched_vcpu, through `active` */
            uint64_t accounted_ns;
            int64_t pool_ns;
            unsigned boosted; /* of ready, woken with credit: none is the common case */
        } credit;
        struct {
            int64_t virtual_ns;
        } bvt;
    };
};

/* A vCPU's part in it; the lock is that of the vCPU's CPU. */
struct sched_vcpu {
    struct vcpu *vcpu;
    struct list link; /* in ready, while is_queued */
    struct list leaves; /* in leaving: it must not be where it is, and is paused for that */
    bool is_queued;
    bool is_blocked; /* by SCHEDOP_block or poll; atomic */
    bool has_yielded;
    bool was_woken;  /* it has not run since it came into the queue by a wake-up */
    bool is_claimed; /* somebody initialises it; atomic */
    domid_t client;  /* who asked it for a service last since it slept; 0: nobody. atomic */
    unsigned pauses;
    struct lock periodic_lock; /* the timer, and vcpu.periodic_ns */
    struct timer singleshot, periodic, poll;
    struct sched_share share;
    union { /* the policy's own */
        struct {
            struct list active;
            int64_t ns;        /* owed to it */
            int64_t period_ns; /* run since the last accounting, beyond what its cap allowed before */
            int64_t served_ns; /* run for `client` */
            bool is_boosted;
        } credit;
        struct {
            int64_t actual_ns; /* weighted */
            uint64_t warped_ns; /* run ahead of its time since it last slept */
            uint64_t rests_until_ns;
            bool is_warped; /* decided when it enters the queue */
        } bvt;
    };
};

static inline struct sched_vcpu *sched_of(const struct vcpu *v)
{
    return v->sched;
}

/*
 * A scheduling policy. All functions run with the CPU's lock held and see only that CPU; `now` is
 * clock_ns().
 */
struct sched_policy {
    const char *name;

    void (*cpu_start)(struct sched_cpu *c);
    void (*vcpu_start)(struct sched_vcpu *s);

    /* Maintain c->ready, whose length sched.c counts. */
    void (*insert)(struct sched_cpu *c, struct sched_vcpu *s, enum sched_why why, uint64_t now);
    void (*remove)(struct sched_cpu *c, struct sched_vcpu *s);

    /* Who runs next; stays in c->ready. NULL when nobody may. */
    struct sched_vcpu *(*pick)(struct sched_cpu *c, uint64_t now);

    /* c->running has run for `ran_ns`. */
    void (*charge)(struct sched_cpu *c, struct sched_vcpu *s, uint64_t ran_ns, uint64_t now);

    /* Shall the woken vCPU, which is in c->ready, run at once? */
    bool (*preempts)(const struct sched_cpu *c, const struct sched_vcpu *woken, uint64_t now);

    /* When to choose again though nobody asked, ~0 for never. */
    uint64_t (*turn_end_ns)(const struct sched_cpu *c);

    /* The vCPU, which is not in c->ready, ceases to exist, or goes to another CPU, where it then arrives. */
    void (*forget)(struct sched_cpu *c, struct sched_vcpu *s);
    void (*arrive)(struct sched_cpu *c, struct sched_vcpu *s, uint64_t now);
};

extern const struct sched_policy credit_policy, bvt_policy, round_robin_policy;

/* First come, first served (round_robin.c): what a policy without an order of its own uses. */
void ready_append(struct sched_cpu *c, struct sched_vcpu *s);
void ready_remove(struct sched_cpu *c, struct sched_vcpu *s);

static inline struct sched_vcpu *ready_at(struct list *l)
{
    return container_of(l, struct sched_vcpu, link);
}

static inline struct sched_vcpu *ready_first(const struct sched_cpu *c)
{
    return list_is_empty(&c->ready) ? NULL : ready_at(c->ready.next);
}

/* --- What each domain may have (share.c) --- */

/* Boot options: "DOMAIN:VALUE[,DOMAIN:VALUE...]", weight, percent and microseconds. False: not understood. */
bool sched_read_weight(const char *option);
bool sched_read_cap(const char *option);
bool sched_read_warp(const char *option);

/* The length of a turn, of all policies that have turns: SLICE_MIN_NS to SLICE_MAX_NS. Set: from the next
 * turn on; -EINVAL. Read: boot option, in milliseconds; false: not understood. */
extern uint64_t sched_slice_ns;
int sched_slice_set(uint64_t ns) must_check;
bool sched_read_slice(const char *option);

/* What the boot options say of a domain of this number. */
struct sched_share sched_share_of(domid_t id);

/* From now on, for all vCPUs of d. -EINVAL: a value out of its range. */
int sched_share_set(struct domain *d, const struct sched_share *share) must_check;

/* One vCPU's, under its CPU's lock (sched.c). */
void sched_vcpu_share(struct vcpu *v, const struct sched_share *share);

/* Chooses the policy by name (credit, bvt, rr; credit if never called), before the first CPU starts.
 * 0, -ENOENT. */
int sched_init(const char *policy) must_check;
const char *sched_name(void); /* the policy's */

/* On each CPU, with its idle vCPU: sets this_cpu()->sched and makes the timer queue. 0, -ENOMEM. */
int sched_cpu_init(struct vcpu *idle) must_check;

/* Makes v->sched of all vCPUs of d: offline, not up, homes spread over the CPUs. 0, -ENOMEM. */
int sched_domain_init(struct domain *d) must_check;

/* No vCPU of d runs: stops the timers and frees. */
void sched_domain_destroy(struct domain *d);

static inline struct sched_cpu *sched_here(void)
{
    return this_cpu()->sched;
}

static inline uint32_t sched_work(void)
{
    return __atomic_load_n(&sched_here()->work, __ATOMIC_ACQUIRE);
}

static inline bool sched_has_work(void)
{
    return sched_work() != 0;
}

static inline bool sched_is_wanted(void)
{
    return sched_work() & WORK_RESCHEDULE;
}

/*
 * Puts `prev` where it belongs and says who runs now on this CPU: prev itself, another, or the
 * idle vCPU. prev goes on when WORK_RESCHEDULE is not set and it may.
 * Run states are accounted; the caller switches the machine, sets this_cpu()->current and, with
 * the new kernel address space loaded, calls runstate_publish(next).
 */
struct vcpu *sched_next(struct vcpu *prev);

/* After the machine has turned from one vCPU to another: the one it left may go on elsewhere. */
void sched_switched(void);

/* WORK_MOVE: those that may not be here go where they may. The caller holds nothing of any but the one that
 * runs. */
void sched_move_out(void);

/* From now on v runs only on these CPUs; it stops where it may not be, and goes soon. -EINVAL: none is there. */
int sched_set_affinity(struct vcpu *v, uint64_t cpus) must_check;

/* v is no longer blocked; ends a poll. From any CPU. */
void sched_wake(struct vcpu *v);

/* The domain asks v for a service: it is v's client until another one asks or v sleeps, and the policy may let it
 * pay for what v runs. Only for a v that all trust: whom it serves cannot refuse. From any CPU. */
static inline void sched_serves(struct vcpu *v, const struct domain *client)
{
    __atomic_store_n(&sched_of(v)->client, client->id, __ATOMIC_RELAXED);
}

/* The current vCPU sleeps from its next exit on, unless it is woken before. Afterwards the caller
 * looks once more for what it waits for, and calls sched_wake if it is there. [sched.wake] */
void sched_block(struct vcpu *v);

/* The current vCPU lets the others of this CPU go first, once; nothing if none is ready. */
void sched_give_way(struct vcpu *v);

/* An event was made pending for v: wakes it, or makes the CPU it runs on look. */
void sched_notify(struct vcpu *v);

void sched_up(struct vcpu *v);
void sched_down(struct vcpu *v);

/* Sets the periodic timer from now on, or stops it (0). Any CPU. */
void sched_set_periodic(struct vcpu *v, uint64_t period_ns);

/* Counted. After sched_pause the vCPU may still run until sched_is_stopped() is true: then no CPU holds
 * anything of it. One that says false makes that CPU let go; ask again, from the guest's next exit on. */
void sched_pause(struct vcpu *v);
void sched_unpause(struct vcpu *v);
bool sched_is_stopped(const struct vcpu *v) must_check;

/* d->state changed: all its vCPUs go where the new state puts them. */
void sched_domain_changed(struct domain *d);

/* This CPU has to look at `work` again soon. */
void sched_request(struct sched_cpu *c, uint32_t work);

/* --- Standing still (hold.c) --- */

/* Between the two all other CPUs stand still where they hold nothing. Call both with nothing held. */
void cpus_hold(void);
void cpus_release(void);

/* WORK_HOLD: stands still as long as another CPU wants it. */
void hold_here(void);

/* --- Up-calls: the timers of a vCPU went off (event/timer_op.c) --- */
void on_singleshot(struct vcpu *v);
void on_periodic(struct vcpu *v);
void on_poll_timeout(struct vcpu *v);

#endif
