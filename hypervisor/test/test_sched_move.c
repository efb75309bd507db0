/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vCPUs that wake, sleep, are paused and pinned anew, on several CPUs whose steps a seed mixes; a step of another CPU
 * may also come between a choice and the switch, and before what follows the switch. After each step what
 * move.c promises is looked at; the model of the machine is which vCPU each CPU runs and which it still has loaded.
 */
#include "fake.h"
#include "sched/queue.h"

enum { CPUS = 3, DOMAINS = 4, VCPUS = 2, STEPS = 200000, SEEDS = 12 };

static struct domain *doms[DOMAINS];
static struct vcpu *loaded[CPUS];
static const char *wrong;
static uint64_t seed, moves, times_idle;

static void fails(const char *what)
{
    if (!wrong)
        wrong = what;
}

static unsigned below(unsigned n)
{
    return (unsigned)(rng_next(&seed) % n);
}

static struct vcpu *any_vcpu(void)
{
    return doms[below(DOMAINS)]->vcpus[below(VCPUS)];
}

/* --- What a CPU does on its way to a guest (pv/exit.c), one step at a time --- */

static void load(struct vcpu *next)
{
    struct vcpu **last = &loaded[fake_cpu_id];

    if (next->is_loaded && *last != next)
        fails("a vCPU is loaded that another CPU holds");
    if (*last)
        (*last)->is_loaded = false;
    *last = next;
    next->is_loaded = true;
}

static void unload(void)
{
    if (loaded[fake_cpu_id])
        loaded[fake_cpu_id]->is_loaded = false;
    loaded[fake_cpu_id] = NULL;
}

static void one_step(void);
static void turn(void);
static bool is_settling;

/* On its way a CPU holds no lock, and another may do anything; while all come to rest only turns. */
static void others_step(void)
{
    static bool is_nested;
    unsigned here = fake_cpu_id;

    if (is_nested || below(4))
        return;
    is_nested = true;
    fake_cpu_id = (here + 1 + below(CPUS - 1)) % CPUS;
    if (is_settling)
        turn();
    else
        one_step();
    fake_cpu_id = here;
    is_nested = false;
}

static void turn(void)
{
    struct vcpu *next = sched_next(current_vcpu());

    others_step();
    if (next != current_vcpu()) {
        this_cpu()->current = next;
        if (!next->is_idle)
            load(next);
        others_step();
        sched_switched();
    }
    if (!next->is_idle && next->cpu != fake_cpu_id)
        fails("a CPU runs who is at home elsewhere");
    if (sched_work() & WORK_MOVE) {
        if (current_vcpu()->is_idle)
            unload();
        others_step();
        sched_move_out();
        moves++;
    }
}

static void settle_all(void)
{
    is_settling = true;
    for (unsigned i = 0; i < 8; i++)
        for (fake_cpu_id = 0; fake_cpu_id < CPUS; fake_cpu_id++)
            while (sched_has_work()) {
                if (sched_work() & WORK_TIMERS)
                    timers_run();
                turn();
            }
    is_settling = false;
    fake_cpu_id = 0;
}

/* --- What is done to them --- */

static void pin(struct vcpu *v)
{
    uint64_t cpus = 1 + below((1 << CPUS) - 1);

    if (sched_set_affinity(v, cpus))
        fails("a set with a CPU is refused");
}

static unsigned pauses[DOMAINS][VCPUS];

/* The step of a CPU. */
static void one_step(void)
{
    struct vcpu *v = any_vcpu();
    unsigned *paused = &pauses[v->domain->id][v->id];

    switch (below(8)) {
    case 0:
        sched_wake(v);
        break;
    case 1:
        if (!current_vcpu()->is_idle)
            sched_block(current_vcpu());
        break;
    case 2:
        if (*paused)
            sched_unpause(v);
        else
            sched_pause(v);
        *paused ^= 1;
        break;
    case 3:
        if (below(8) == 0)
            pin(v);
        break;
    case 4:
        if (!current_vcpu()->is_idle)
            sched_give_way(current_vcpu());
        break;
    default:
        fake_now += below(1000000);
        turn();
    }
}

/* --- What must hold --- */

static void look_at_places(void)
{
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        struct sched_cpu *c = sched_cpu(cpu);

        for (struct list *l = c->ready.next; l != &c->ready; l = l->next)
            if (ready_at(l)->vcpu->cpu != cpu || c->running == ready_at(l)->vcpu)
                fails("in a queue that is not its home's, or running as well");
        if (loaded[cpu] && loaded[cpu]->cpu != cpu)
            fails("a home that is not where it is loaded");
    }
}

/* Nobody has anything to do: [move.work], and everybody is where it may be. */
static void look_at_rest(void)
{
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        struct sched_cpu *c = sched_cpu(cpu);

        times_idle += c->running == c->idle;
        if (c->running != c->idle && !(c->running->hard_affinity >> cpu & 1))
            fails("a vCPU runs where it must not be");
        for (struct list *l = c->ready.next; l != &c->ready; l = l->next)
            for (unsigned other = 0; other < CPUS; other++)
                if (sched_cpu(other)->running == sched_cpu(other)->idle &&
                    ready_at(l)->vcpu->hard_affinity >> other & 1)
                    fails("a CPU idles while somebody waits who may run on it");
    }
}

static void walk(void)
{
    for (unsigned i = 0; i < STEPS && !wrong; i++) {
        fake_cpu_id = below(CPUS);
        one_step();
        look_at_places();
        if (i % 64 == 0) {
            settle_all();
            look_at_rest();
        }
    }
}

int main(void)
{
    fake_machine(CPUS);
    for (unsigned i = 0; i < DOMAINS; i++) {
        doms[i] = fake_domain((domid_t)i, VCPUS);
        for (unsigned n = 0; n < VCPUS; n++)
            sched_up(doms[i]->vcpus[n]);
    }
    check(sched_set_affinity(doms[0]->vcpus[0], 1ull << CPUS) == -EINVAL, "a set without a CPU is refused");
    for (unsigned i = 1; i <= SEEDS; i++) {
        seed = i;
        walk();
        check(!wrong, wrong ? wrong : "seed walked without a fault");
    }
    printf("# %llu moves by pinning, %llu looks at an idle CPU\n", (unsigned long long)moves,
           (unsigned long long)times_idle);
    check(moves > 100 && times_idle > 100, "vCPUs moved, and CPUs idled");
    return check_end();
}
