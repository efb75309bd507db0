/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests that compute, sleep and cheat, for ten virtual seconds on one CPU; and what every policy with
 * weights promises them.
 */
#ifndef ACTORS_H
#define ACTORS_H

#include "fake.h"
#include "sched/sched.h"

#define US   1000ull
#define MS   1000000ull
#define SPAN (10000 * MS)
#define MAX_ACTORS 12

#define UNTIL_ASKED ~0ull

/* A guest of one vCPU that runs for `run_ns`, sleeps for `sleep_ns`, and so on; no run: computes. */
struct actor {
    struct sched_share share;
    uint64_t run_ns, sleep_ns;
    unsigned vcpus;       /* 1, or how many compute */
    uint64_t computes_after_ns; /* of virtual time it only computes; 0: never */
    struct actor *server; /* instead of sleeping it asks this one, which may sleep UNTIL_ASKED, and goes on */

    struct domain *d;
    uint64_t left_ns;           /* until it sleeps */
    uint64_t wakes_ns;          /* when asleep */
    bool sleeps, waits;         /* waits: woken and not yet run */
    uint64_t used_ns, worst_ns; /* CPU time; longest time from waking to running */
};

extern struct actor actors[];
extern uint64_t actors_idle_ns;   /* nobody ran */
extern uint64_t actors_wasted_ns; /* though somebody could have */

struct actor *actor_add(uint32_t weight, uint64_t run_ns, uint64_t sleep_ns);

/* Runs those added since the last time; their figures stay until the next actor_add. */
void actors_run(void);

/* The same in three steps, to look at the vCPUs between the last two. */
void actors_start(void);
void actors_go(void);
void actors_stop(void);

bool is_within(uint64_t value, uint64_t expected, uint64_t permille);

/* The checks that credit and BVT share. */
void check_promises(void);

#endif
