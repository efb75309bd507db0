/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Races, one step at a time. A test of races looks like this:
 *
 *      hypervisor sources, compiled with -fsanitize=thread:  CPU 0        CPU 1        CPU 2
 *      steps.c calls race_step() before each access         play()       play()       play()
 *      to memory, atomic or not; each turn of waiting          └──── one thread: coroutines ────┘
 *      for a lock is race_wait()                                  the seed says whose step is next
 *
 * The test says what a CPU does (play), at random too, and what must hold (race_check). race_run() does it for many
 * seeds. The same seed makes the same steps, so a failure is repeated by giving the program the seed it printed:
 *
 *      build/test/test_race_events 17
 *
 * Some seeds change CPUs at almost every step; others let one CPU do much between two steps of another, as when an
 * interrupt or a hypervisor below us holds a CPU up. Memory is sequentially consistent: a wrong fence is not found, a
 * wrong order is. The test itself and what it fakes are compiled as usual, so what they do between two calls of
 * race_step() of their own is one step.
 */
#ifndef RACE_H
#define RACE_H

#include <stdbool.h>
#include <stdint.h>

#define RACE_CPUS_MAX 4

/* The CPU whose step it is, as this_cpu() of the fake machines knows it. The test or its fake machine defines it. */
extern __thread unsigned fake_cpu_id;

/* A test. All CPUs begin in play(); when it has returned on each of them, the walk is over. */
struct race {
    unsigned cpus;       /* up to RACE_CPUS_MAX */
    unsigned seeds;      /* walked unless the arguments say otherwise: 1 to seeds */
    void (*begin)(void); /* before a walk: everything as after start-up */
    void (*play)(void);
    void (*end)(void);   /* after a walk: what must hold then; frees everything */
};

/* Any other CPU may come here: before this returns, they may have made any number of steps. */
void race_step(void);

/* The same for one that waits for others: another CPU comes. */
void race_wait(void);

/* Calls look() as one step, whatever atomic accesses it makes. */
void race_look(void (*look)(void));

/* 0 to n - 1, from the seed. n > 0. */
unsigned race_below(unsigned n);

/* What does not hold ends the walk and fails the seed. `what` says what should hold. */
void race_check(bool holds, const char *what);

/*
 * Walks the seeds, or with arguments "SEED" that one and with "FIRST COUNT" those, up to the first that fails, whose
 * number it prints, and then the first one again, which must make the same steps: two lines of TAP. False: the
 * arguments are wrong, which it has said.
 */
bool race_run(const struct race *r, int argc, char **argv);

#endif
