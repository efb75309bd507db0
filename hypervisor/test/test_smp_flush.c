/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flushes of other CPUs' TLBs (x86/smp.c), every CPU a coroutine, and a seed that says whose step is next: at each
 * atomic access, each wait and each step of a guest. The model of a TLB is the age of the tables when CR3 was last
 * loaded; a flush that returns while another CPU has an older one, and a guest that uses one, break [smp.flush]. Waiting
 * for ever does, too. Memory is sequentially consistent here: the fences are not what is tested.
 */
#include "fake_cpus.h"
#include "lib/spin.h"
#include "x86/apic.h"

#include <stdio.h>
#include <ucontext.h>

enum { CPUS = 4, TURNS = 300, SEEDS = 200, STEPS_MAX = 4000000, STACK_BYTES = 65536 };

static struct {
    ucontext_t at;
    char stack[STACK_BYTES];
    uint64_t tlb;      /* age of the tables when CR3 was loaded */
    uint64_t promised; /* the flush that returned last and concerned this CPU was asked for at this age */
    bool is_kicked;
    bool is_coming; /* from idle: no longer so, CR3 not yet loaded */
} of[CPUS];

struct cpu fake_cpus[CPUS];
unsigned fake_cpu_id;

static ucontext_t main_at;
static unsigned ended;
static uint64_t age, seed, steps, stale, flushes, idled, wrapped;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(seed >> 33) % n;
}

/* --- Whose step it is --- */

void others_step(void)
{
    unsigned here = fake_cpu_id, next = below(CPUS);

    if (++steps > STEPS_MAX)
        setcontext(&main_at);
    if (next == here)
        return;
    fake_cpu_id = next;
    swapcontext(&of[here].at, &of[next].at);
}

/* --- What smp.c calls --- */

struct cpu *cpu_by_id(unsigned id)
{
    return &fake_cpus[id];
}

unsigned cpu_count(void)
{
    return CPUS;
}

void cr3_load(mfn_t l4)
{
    others_step();
    this_cpu()->flush_tlb = false;
    of[fake_cpu_id].tlb = age;
}

void lapic_send(uint32_t apic_id, uint32_t message)
{
    of[apic_id].is_kicked = true;
}

void on_shootdown(uint64_t ticks)
{
    flushes++;
}

/* --- What a CPU does --- */

/* The kick's interrupt, where there may be one. */
static void interrupts_open(void)
{
    if (!of[fake_cpu_id].is_kicked)
        return;
    of[fake_cpu_id].is_kicked = false;
    cpu_answer();
}

static void run_guest(void)
{
    unsigned me = fake_cpu_id;

    if (this_cpu()->flush_tlb)
        cr3_load(MFN(0));
    for (unsigned i = below(6); i; i--) {
        interrupts_open();
        stale += of[me].tlb < of[me].promised;
        others_step();
    }
}

static void change_tables(void)
{
    uint64_t cpus = below(1u << CPUS), mine = ++age;

    tlb_flush(cpus);
    for (unsigned i = 0; i < CPUS; i++) {
        const struct cpu *c = &fake_cpus[i];

        if (!(cpus >> i & 1))
            continue;
        stale += i != fake_cpu_id && of[i].tlb < mine && c->current != c->idle && !of[i].is_coming;
        if (of[i].promised < mine)
            of[i].promised = mine;
    }
}

static void idle(void)
{
    struct cpu *c = this_cpu();
    struct vcpu *guest = c->current;

    c->current = c->idle;
    idled++;
    for (unsigned i = below(20); i; i--) {
        interrupts_open();
        others_step();
    }
    of[c->id].is_coming = true;
    c->current = guest; /* before CR3 is loaded: pv/context.c */
    cr3_load(MFN(0));
    of[c->id].is_coming = false;
}

static void play(void)
{
    for (unsigned turn = 0; turn < TURNS; turn++)
        switch (below(4)) {
        case 0:
            change_tables();
            break;
        case 1:
            idle();
            break;
        default:
            run_guest();
        }
    this_cpu()->current = this_cpu()->idle; /* for good */
    for (ended++; ended < CPUS; others_step())
        interrupts_open();
    setcontext(&main_at);
}

/* True: all CPUs came to their end. The numbers of requests begin just below where they wrap around. */
static bool walk(uint64_t from)
{
    static char vcpus[2];
    volatile bool has_begun = false;

    seed = from;
    steps = ended = 0;
    for (unsigned i = 0; i < CPUS; i++) {
        fake_cpus[i] = (struct cpu){.id = i, .apic_id = i, .current = (void *)&vcpus[0], .idle = (void *)&vcpus[1],
                                    .flushes_asked = -20u, .flushes_done = -20u};
        of[i].tlb = of[i].promised = age;
        of[i].is_kicked = of[i].is_coming = false;
        getcontext(&of[i].at);
        of[i].at.uc_stack = (stack_t){.ss_sp = of[i].stack, .ss_size = STACK_BYTES};
        makecontext(&of[i].at, play, 0);
    }
    getcontext(&main_at);
    if (!has_begun) {
        has_begun = true;
        fake_cpu_id = 0;
        setcontext(&of[0].at);
    }
    for (unsigned i = 0; i < CPUS; i++)
        wrapped += fake_cpus[i].flushes_asked < 1000;
    return steps <= STEPS_MAX;
}

int main(void)
{
    unsigned walked = 0;
    bool has_met;

    while (walked < SEEDS && !stale && walk(walked + 1))
        walked++;
    has_met = flushes > SEEDS && idled > SEEDS && wrapped;
    printf("1..3\n");
    printf("# %llu flushes waited for, %llu times idle\n", (unsigned long long)flushes, (unsigned long long)idled);
    printf("%sok 1 - nobody holds or uses what was flushed before [smp.flush]\n", stale ? "not " : "");
    printf("%sok 2 - nobody waits for ever\n", walked == SEEDS || stale ? "" : "not ");
    printf("%sok 3 - CPUs were waited for and idle, and their numbers of requests wrapped around\n",
           has_met || stale || walked < SEEDS ? "" : "not ");
    return stale || walked < SEEDS || !has_met;
}
