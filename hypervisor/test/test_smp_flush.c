/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flushes of other CPUs' TLBs (x86/smp.c) as races (race/race.h). The model of a TLB is the age of the tables when CR3
 * was last loaded; a flush that returns while another CPU has an older one, and a guest that uses one, break
 * [smp.flush]. Waiting for ever does, too.
 *
 * usage: test_smp_flush [SEED | FIRST COUNT]
 */
#include "ci/tap.h"
#include "fake_cpus.h"
#include "lib/spin.h"
#include "race/race.h"
#include "x86/apic.h"

enum { CPUS = 4, TURNS = 300, SEEDS = 200 };

static struct {
    uint64_t tlb;      /* age of the tables when CR3 was loaded */
    uint64_t promised; /* the flush that returned last and concerned this CPU was asked for at this age */
    bool is_kicked;
    bool is_coming; /* from idle: no longer so, CR3 not yet loaded */
} of[CPUS];

struct cpu fake_cpus[CPUS];
__thread unsigned fake_cpu_id;

static uint64_t age, flushes, idled, wrapped;
static unsigned done; /* CPUs that have had their turns */

static void promise(bool is_kept)
{
    race_check(is_kept, "nobody holds or uses what was flushed before [smp.flush]");
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
    race_step();
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
    for (unsigned i = race_below(6); i; i--) {
        interrupts_open();
        promise(of[me].tlb >= of[me].promised);
        race_step();
    }
}

static void change_tables(void)
{
    uint64_t cpus = race_below(1u << CPUS), mine = ++age;

    tlb_flush(cpus);
    for (unsigned i = 0; i < CPUS; i++) {
        const struct cpu *c = &fake_cpus[i];

        if (!(cpus >> i & 1))
            continue;
        promise(i == fake_cpu_id || of[i].tlb >= mine || c->current == c->idle || of[i].is_coming);
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
    for (unsigned i = race_below(20); i; i--) {
        interrupts_open();
        race_step();
    }
    of[c->id].is_coming = true;
    c->current = guest; /* before CR3 is loaded: pv/context.c */
    cr3_load(MFN(0));
    of[c->id].is_coming = false;
}

static void play(void)
{
    for (unsigned turn = 0; turn < TURNS; turn++)
        switch (race_below(4)) {
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
    for (done++; done < CPUS; race_wait())
        interrupts_open();
}

/* The numbers of requests begin just below where they wrap around. */
static void begin(void)
{
    static char vcpus[2];

    done = 0;
    for (unsigned i = 0; i < CPUS; i++) {
        fake_cpus[i] = (struct cpu){.id = i, .apic_id = i, .current = (void *)&vcpus[0], .idle = (void *)&vcpus[1],
                                    .flushes_asked = -20u, .flushes_done = -20u};
        of[i].tlb = of[i].promised = age;
        of[i].is_kicked = of[i].is_coming = false;
    }
}

static void end(void)
{
    for (unsigned i = 0; i < CPUS; i++)
        wrapped += fake_cpus[i].flushes_asked < 1000;
}

int main(int argc, char **argv)
{
    static const struct race race = {.cpus = CPUS, .seeds = SEEDS, .begin = begin, .play = play, .end = end};

    if (!race_run(&race, argc, argv))
        return 2;
    printf("# %llu flushes waited for, %llu times idle\n", (unsigned long long)flushes, (unsigned long long)idled);
    check(tap_failures || (flushes && idled && wrapped),
          "CPUs were waited for and idle, and their numbers of requests wrapped around");
    return check_end();
}
