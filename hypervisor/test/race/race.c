/* SPDX-License-Identifier: BSD-2-Clause */
#include "race.h"
#include "ci/tap.h"

#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

enum { STEPS_MAX = 4000000, STACK_BYTES = 128 * 1024 };

static struct {
    ucontext_t at;
    char stack[STACK_BYTES];
} of[RACE_CPUS_MAX];

static ucontext_t main_at;
static const struct race *race;
static const char *program, *broken; /* broken: what should have held */
static uint64_t seed, state; /* of the walk, and of its random numbers */
static uint64_t steps, trail; /* of this walk; the trail is a hash of who made them */
static unsigned patience; /* after how many of its steps another CPU comes, about */
static unsigned ended;    /* CPUs that have come back from play() */
static bool is_walking; /* CPUs are coroutines now */
static bool is_looking; /* and one has all steps */

unsigned race_below(unsigned n)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(state >> 33) % n;
}

static void go_to(unsigned next)
{
    unsigned here = fake_cpu_id;

    trail = (trail ^ (steps << 3 | next)) * 0x100000001b3ull;
    if (++steps > STEPS_MAX)
        race_check(false, "nobody waits for ever");
    if (next == here)
        return;
    fake_cpu_id = next;
    swapcontext(&of[here].at, &of[next].at);
}

void race_step(void)
{
    if (is_walking && !is_looking)
        go_to(race_below(patience) ? fake_cpu_id : race_below(race->cpus));
}

void race_wait(void)
{
    if (is_walking)
        go_to((fake_cpu_id + 1 + race_below(race->cpus - 1)) % race->cpus);
}

void race_look(void (*look)(void))
{
    is_looking = true;
    look();
    is_looking = false;
}

void race_check(bool holds, const char *what)
{
    if (holds || broken)
        return;
    broken = what;
    if (is_walking)
        setcontext(&main_at);
}

/* A CPU of the walk. The last one to end looks whether all is well. */
static void play(void)
{
    race->play();
    if (++ended == race->cpus) {
        fake_cpu_id = 0;
        race_look(race->end);
        setcontext(&main_at);
    }
    for (;;)
        race_wait();
}

/* Coroutines begin, and main() comes back here when they have ended. */
static void all_play(void)
{
    is_walking = true;
    ended = 0;
    for (unsigned i = 0; i < race->cpus; i++) {
        getcontext(&of[i].at);
        of[i].at.uc_stack = (stack_t){.ss_sp = of[i].stack, .ss_size = STACK_BYTES};
        makecontext(&of[i].at, play, 0);
    }
    fake_cpu_id = race_below(race->cpus);
    swapcontext(&main_at, &of[fake_cpu_id].at);
    fake_cpu_id = 0;
    is_walking = is_looking = false;
}

/* The trail of its steps. */
static uint64_t walk(uint64_t from)
{
    static const unsigned patiences[] = {1, 2, 8, 32};

    state = seed = from;
    trail = steps = 0;
    race_below(1);
    patience = patiences[from % 4];
    race->begin();
    all_play();
    return trail;
}

static void say_seed(void)
{
    const char *what = broken ? broken : "nothing stops the program";

    printf("# seed %llu: not so: %s\n# again: %s %llu\n", (unsigned long long)seed, what, program,
           (unsigned long long)seed);
}

/* A panic of what is tested ends the program. */
static void at_exit(void)
{
    if (is_walking)
        say_seed();
}

static void at_fault(int signal)
{
    exit(128 + signal);
}

static bool read_number(const char *text, uint64_t *n)
{
    char *end;

    *n = strtoull(text, &end, 0);
    return *text && !*end && *n;
}

bool race_run(const struct race *r, int argc, char **argv)
{
    uint64_t first = 1, count = argc > 1 ? 1 : r->seeds, total = 0, trail_of_first = 0;
    char name[80];

    if (argc > 3 || (argc > 1 && !read_number(argv[1], &first)) || (argc > 2 && !read_number(argv[2], &count))) {
        fprintf(stderr, "usage: %s [SEED | FIRST COUNT], numbers from 1; without: 1 %u\n", argv[0], r->seeds);
        return false;
    }
    race = r;
    program = argv[0];
    atexit(at_exit);
    signal(SIGSEGV, at_fault);
    for (uint64_t i = 0; i < count && !broken; i++) {
        uint64_t trail_of_this = walk(first + i);

        trail_of_first = i ? trail_of_first : trail_of_this;
        total += steps;
    }
    if (broken)
        say_seed();
    snprintf(name, sizeof(name), "%llu seeds, %llu steps", (unsigned long long)count, (unsigned long long)total);
    check(!broken, name);
    if (broken)
        check_skipped("a seed makes the same steps again", "it has failed");
    else
        check(walk(first) == trail_of_first, "a seed makes the same steps again");
    return true;
}
