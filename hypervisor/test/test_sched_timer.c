/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers against a model that sorts; the edges of 64 bits; pvclock and run states. */
#include "fake.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "sched/sched.h"
#include <string.h>

#define N 300

static struct timer timers[N];
static uint64_t model_deadline[N], model_order[N], order;
static int fired[N * 4], fired_count;
static bool resets;

static void fire(struct timer *t)
{
    fired[fired_count++ % ARRAY_SIZE(fired)] = t - timers;
    if (resets)
        timer_set(t, 0);
}

static void set(int i, uint64_t ns)
{
    timer_set(&timers[i], ns);
    model_deadline[i] = ns;
    model_order[i] = order++;
}

/* The next timer the model would fire at fake_now, or -1. */
static int model_next(void)
{
    int best = -1;

    for (int i = 0; i < N; i++) {
        if (model_deadline[i] == ~0ull || model_deadline[i] > fake_now)
            continue;
        if (best < 0 || model_deadline[i] < model_deadline[best] ||
            (model_deadline[i] == model_deadline[best] && model_order[i] < model_order[best]))
            best = i;
    }
    return best;
}

static uint64_t model_first(void)
{
    uint64_t first = ~0ull;

    for (int i = 0; i < N; i++)
        first = MIN(first, model_deadline[i]);
    return first;
}

static bool run_and_compare(void)
{
    int next;

    fired_count = 0;
    if (fake_armed[0] <= fake_now) { /* the hardware */
        fake_armed[0] = ~0ull;
        on_timer();
    }
    timers_run();
    for (int i = 0; i < fired_count; i++) {
        next = model_next();
        if (next != fired[i])
            return false;
        model_deadline[next] = ~0ull;
    }
    return model_next() == -1 && fake_armed[0] > fake_now && fake_armed[0] <= model_first() &&
           timers_next() == model_first();
}

/* [timer.order] [timer.armed] */
static bool random_walk(uint64_t base)
{
    uint64_t s = 12345;

    fake_now = base;
    for (int step = 0; step < 200000; step++) {
        uint64_t r = rng_next(&s);
        int i = r % N;

        if (r >> 32 & 1) {
            set(i, fake_now + (r >> 40) % 64);
        } else if (r >> 33 & 1) {
            timer_stop(&timers[i]);
            model_deadline[i] = ~0ull;
        } else {
            fake_now += (r >> 40) % 8;
            if (!run_and_compare())
                return false;
        }
    }
    for (int i = 0; i < N; i++) {
        timer_stop(&timers[i]);
        model_deadline[i] = ~0ull;
    }
    fake_now += 64; /* nothing is set to a later moment any more */
    return run_and_compare() && fake_armed[0] == ~0ull;
}

static bool late_deadlines(void)
{
    fake_now = 1000;
    set(0, ~0ull - 1);
    set(1, ~0ull);
    set(2, 1ull << 63);
    if (!run_and_compare() || fired_count || fake_armed[0] != 1ull << 63)
        return false;
    fake_now = ~0ull - 2;
    if (!run_and_compare() || fired_count != 1 || fake_armed[0] != ~0ull - 1)
        return false;
    fake_now = ~0ull - 1;
    return run_and_compare() && fired_count == 1 && fake_armed[0] == ~0ull;
}

static bool past_fires_at_once(void)
{
    fake_now = 5000;
    set(3, 0);
    return sched_work() & WORK_TIMERS && run_and_compare() && fired_count == 1;
}

/* [timer.bound] */
static bool bounded(void)
{
    fired_count = 0;
    resets = true;
    set(4, 0);
    timers_run();
    resets = false;
    timer_stop(&timers[4]);
    model_deadline[4] = ~0ull;
    return fired_count == 1 && run_and_compare();
}

static bool arms_only_on_change(void)
{
    unsigned before;

    fake_now = 0;
    set(5, 100);
    timers_run();
    before = fake_arms;
    set(6, 200);
    if (sched_has_work())
        return false;
    timers_run();
    set(5, 150); /* put off, nearer than the next again, and taken back */
    timers_run();
    timer_stop(&timers[5]);
    timers_run();
    set(5, 100);
    timers_run();
    if (fake_arms != before || fake_armed[0] != 100)
        return false;
    fake_now = 90;
    on_timer(); /* the hardware fired early: it has to be set again */
    timers_run();
    if (fake_arms != before + 1 || fake_armed[0] != 100)
        return false;
    fake_now = 100;
    return run_and_compare() && fake_armed[0] == 200;
}

static bool moves_between_cpus(void)
{
    fake_now = 0;
    set(7, 50);
    fake_cpu_id = 1;
    set(7, 60);
    fake_now = 70;
    fake_cpu_id = 0;
    fired_count = 0;
    timers_run();
    if (fired_count)
        return false;
    fake_cpu_id = 1;
    timers_run();
    fake_cpu_id = 0;
    model_deadline[7] = ~0ull;
    return fired_count == 1 && fired[0] == 7;
}

static uint64_t guest_time(const struct vcpu_time_info *t, uint64_t tsc)
{
    uint64_t delta = tsc - t->tsc_timestamp;

    delta = t->tsc_shift >= 0 ? delta << t->tsc_shift : delta >> -t->tsc_shift;
    return t->system_time + (uint64_t)((unsigned __int128)delta * t->tsc_to_system_mul >> 32);
}

/* [pvclock.same] [pvclock.version] */
static void clocks(struct domain *d)
{
    struct vcpu_time_info *t = &d->vcpus[0]->info->time;

    t->version = 7;
    pvclock_publish(d->vcpus[0]);
    check(t->version % 2 == 0 && t->version != 7, "pvclock: version even and new");
    check(guest_time(t, 1000 + 123456789) == 123456789,
          "pvclock: the guest's formula gives our time");
    wallclock_publish(d);
    check(d->shared_info->wc_sec == 1700000000 && d->shared_info->wc_nsec == 123456789 &&
              d->shared_info->wc_version == 2,
          "wall clock at boot");
    wallclock_set((1ull << 32) * 1000000000 + 7000000005, 7000000000);
    check(d->shared_info->wc_sec_hi == 1 && d->shared_info->wc_sec == 0 &&
              d->shared_info->wc_nsec == 5 && d->shared_info->wc_version == 4,
          "wall clock set, beyond 32 bits of seconds");
}

/* [runstate.sum] */
static void runstates(struct domain *d)
{
    struct vcpu *v = d->vcpus[0];
    struct vcpu_runstate_info info, area;
    uint64_t s = 99, sum = 0, start = fake_now = v->state_since_ns;

    for (int i = 0; i < 1000; i++) {
        fake_now += rng_next(&s) % 1000;
        runstate_change(v, rng_next(&s) % 4, fake_now);
    }
    fake_now += 77;
    runstate_read(v, &info);
    for (int i = 0; i < 4; i++)
        sum += info.time[i];
    check(sum == fake_now - start, "run state times add up to the age");
    v->runstate_area = at(&area);
    runstate_publish(v);
    check(area.state == (int)v->state && area.state_entry_time == v->state_since_ns,
          "run state area without the flag");
    v->vm_assist = 1u << VMASST_TYPE_runstate_update_flag;
    fake_access_budget = 1;
    runstate_publish(v);
    check(area.state_entry_time == (v->state_since_ns | XEN_RUNSTATE_UPDATE),
          "run state area flagged while it changes");
    fake_access_budget = 2;
    memset(area.time, 0, sizeof(area.time));
    runstate_publish(v);
    check(area.state_entry_time == (v->state_since_ns | XEN_RUNSTATE_UPDATE) && area.time[0],
          "run state area flagged until all is written");
    fake_access_budget = -1;
    runstate_publish(v);
    check(area.state_entry_time == v->state_since_ns, "run state area unflagged at the end");
    v->runstate_area = GPTR(0);
}

int main(void)
{
    struct domain *d;

    fake_machine(2);
    for (int i = 0; i < N; i++) {
        timer_init(&timers[i], fire);
        model_deadline[i] = ~0ull;
    }
    check(random_walk(0), "200000 random steps");
    check(random_walk(~0ull - 0x100000), "200000 random steps just below 2^64");
    check(late_deadlines(), "deadlines near 2^64");
    check(past_fires_at_once(), "a deadline in the past fires at once");
    check(bounded(), "a timer that sets itself again fires once per run");
    check(arms_only_on_change(), "the hardware is set only when the first deadline changes");
    check(moves_between_cpus(), "a timer set again on another CPU fires there only");
    d = fake_domain(1, 2);
    clocks(d);
    runstates(d);
    check(sched_init("rr") == 0 && sched_init("credit") == 0, "the policy by name");
    check(sched_init("none") == -ENOENT, "no such policy");
    fake_domain_free(d);
    return check_end();
}
