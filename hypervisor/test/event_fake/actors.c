/* SPDX-License-Identifier: BSD-2-Clause */
#include "actors.h"
#include "lib/bug.h"

#define WARM_UP_NS (100 * MS) /* until the policy knows its guests */

struct actor actors[MAX_ACTORS];
static unsigned actor_count;
uint64_t actors_idle_ns, actors_wasted_ns;
static uint64_t ends_ns;

struct actor *actor_add(uint32_t weight, uint64_t run_ns, uint64_t sleep_ns)
{
    struct actor *a = &actors[actor_count];

    *a = (struct actor){.share = {.weight = weight}, .run_ns = run_ns, .sleep_ns = sleep_ns, .vcpus = 1};
    a->left_ns = run_ns ? run_ns : ~0ull;
    actor_count++;
    return a;
}

static struct actor *actor_of(const struct vcpu *v)
{
    return v->is_idle ? NULL : &actors[v->domain->id];
}

static void turn(void)
{
    struct actor *a;

    while (sched_has_work()) {
        if (sched_work() & WORK_TIMERS)
            timers_run();
        this_cpu()->current = sched_next(current_vcpu());
    }
    a = actor_of(current_vcpu());
    if (a && a->waits) {
        if (fake_now > ends_ns - SPAN + WARM_UP_NS)
            a->worst_ns = MAX(a->worst_ns, fake_now - a->wakes_ns);
        a->waits = false;
    }
}

static uint64_t next_event(void)
{
    struct actor *runs = actor_of(current_vcpu());
    uint64_t at = MIN(fake_armed[0], ends_ns);

    if (runs && runs->left_ns != ~0ull)
        at = MIN(at, fake_now + runs->left_ns);
    for (unsigned i = 0; i < actor_count; i++)
        if (actors[i].sleeps)
            at = MIN(at, actors[i].wakes_ns);
    return MAX(at, fake_now);
}

static bool anybody_ready(void)
{
    for (unsigned i = 0; i < actor_count; i++)
        if (!actors[i].sleeps && !actors[i].share.cap)
            return true;
    return false;
}

static void pass_time(uint64_t to)
{
    struct actor *runs = actor_of(current_vcpu());
    uint64_t ns = to - fake_now;

    fake_now = to;
    if (!runs) {
        actors_idle_ns += ns;
        actors_wasted_ns += anybody_ready() ? ns : 0;
        return;
    }
    runs->used_ns += ns;
    if (runs->left_ns != ~0ull)
        runs->left_ns -= ns;
}

static void fall_asleep(struct actor *a)
{
    a->sleeps = true;
    a->wakes_ns = a->sleep_ns == UNTIL_ASKED ? UNTIL_ASKED : fake_now + a->sleep_ns;
    sched_block(a->d->vcpus[0]);
}

static void wake(struct actor *a)
{
    if (!a->sleeps)
        return;
    a->sleeps = false;
    a->waits = true;
    a->wakes_ns = fake_now;
    sched_wake(a->d->vcpus[0]);
}

static void ask(struct actor *server, const struct actor *client)
{
    sched_serves(server->d->vcpus[0], client->d);
    wake(server);
}

static void end_run(struct actor *a)
{
    bool computes = a->computes_after_ns && fake_now >= ends_ns - SPAN + a->computes_after_ns;

    a->left_ns = computes ? ~0ull : a->run_ns;
    if (a->server)
        ask(a->server, a);
    else if (!computes)
        fall_asleep(a);
}

static void events(void)
{
    struct actor *runs = actor_of(current_vcpu());

    if (fake_armed[0] <= fake_now) {
        fake_armed[0] = ~0ull;
        on_timer();
    }
    if (runs && !runs->left_ns)
        end_run(runs);
    for (unsigned i = 0; i < actor_count; i++)
        if (actors[i].wakes_ns <= fake_now)
            wake(&actors[i]);
}

void actors_start(void)
{
    actors_idle_ns = actors_wasted_ns = 0;
    ends_ns = fake_now + SPAN;
    for (unsigned i = 0; i < actor_count; i++) {
        actors[i].d = fake_domain((domid_t)i, actors[i].vcpus);
        if (sched_share_set(actors[i].d, &actors[i].share))
            panic("share refused");
        for (unsigned v = 0; v < actors[i].vcpus; v++)
            sched_up(actors[i].d->vcpus[v]);
    }
}

void actors_go(void)
{
    for (turn(); fake_now < ends_ns; turn()) {
        pass_time(next_event());
        events();
    }
}

void actors_stop(void)
{
    for (unsigned i = 0; i < actor_count; i++) {
        for (unsigned v = 0; v < actors[i].vcpus; v++)
            sched_down(actors[i].d->vcpus[v]);
        turn();
        fake_domain_free(actors[i].d);
    }
    actor_count = 0;
}

/* Runs what actor_add() declared for ten seconds. */
void actors_run(void)
{
    actors_start();
    actors_go();
    actors_stop();
}

bool is_within(uint64_t value, uint64_t expected, uint64_t permille)
{
    uint64_t off = value > expected ? value - expected : expected - value;

    return off * 1000 <= expected * permille;
}

/* --- What every policy with weights promises --- */

static void shares(void)
{
    static const uint32_t weights[] = {64, 128, 256, 256, 320};
    bool ok = true;

    for (unsigned i = 0; i < 5; i++)
        actor_add(weights[i], 0, 0);
    actors_run();
    for (unsigned i = 0; i < 5; i++)
        ok &= is_within(actors[i].used_ns, SPAN * weights[i] / 1024, 10);
    check(ok, "five that compute get shares by weight, within 1 %");
    check(!actors_idle_ns, "and leave nothing");
}

static void one_to_hundred(void)
{
    actor_add(10, 0, 0);
    actor_add(1000, 0, 0);
    actors_run();
    /* 99 ms; a turn is 10. */
    check(is_within(actors[0].used_ns, SPAN / 101, 250), "a weight of one hundredth gets its part");
}

static void sleepers(void)
{
    actor_add(256, 0, 0);
    actor_add(256, 0, 0);
    actor_add(256, 200 * US, 1800 * US)->share.warp_ns = 20 * MS;
    actors_run();
    check(is_within(actors[2].used_ns, SPAN / 10, 10), "one that needs a tenth gets it");
    check(actors[2].worst_ns <= 1 * MS, "promptly");
    check(is_within(actors[0].used_ns, SPAN * 45 / 100, 10) &&
              is_within(actors[1].used_ns, SPAN * 45 / 100, 10),
          "the others share the rest");
}

/* Beside one that uses less than its weight and is never in debt. */
static void sleeper_beside_the_rich(void)
{
    struct actor *sleeper;

    actor_add(64, 0, 0);
    actor_add(60000, 9 * MS, 9 * MS);
    sleeper = actor_add(256, 20 * US, 1980 * US);
    sleeper->share.warp_ns = 200 * MS;
    actors_run();
    check(sleeper->worst_ns <= 1 * MS, "promptly also beside one that is rich");
}

/* Sleeps for a moment every so often, to be away when somebody counts. */
static void cheats(void)
{
    static const uint64_t periods[] = {1 * MS, 3 * MS, 10 * MS, 30 * MS};
    uint64_t most = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(periods); i++) {
        struct actor *cheat;

        actor_add(256, 0, 0);
        cheat = actor_add(256, periods[i] - 100 * US, 100 * US);
        actors_run();
        most = MAX(most, cheat->used_ns);
    }
    check(most <= SPAN / 2 + SPAN / 100, "to sleep just before a tick gains nothing");
}

/* Awake from 0 to 4 s and from 7 s on, at half the CPU: sleeping has saved up next to nothing. */
static void returns_from_long_sleep(void)
{
    struct actor *sleeper;

    actor_add(256, 0, 0);
    sleeper = actor_add(256, 2000 * MS, 3000 * MS);
    sleeper->share.warp_ns = 20 * MS;
    actors_run();
    check(sleeper->worst_ns <= 1 * MS, "a long sleeper is served at once");
    check(is_within(sleeper->used_ns, 3500 * MS, 15), "and then like the others");
}

/* Seven sleep from 4.8 s to 7.8 s: whoever runs meanwhile takes nothing from them. */
static void computes_while_others_sleep(void)
{
    struct actor *busy = actor_add(256, 0, 0);

    for (unsigned i = 0; i < 7; i++)
        actor_add(256, 600 * MS, 3000 * MS);
    actors_run();
    check(is_within(busy->used_ns, 600 * MS + 3000 * MS + 275 * MS, 30), "to run while others sleep makes no debt");
}

/* Seven have next to nothing to do for eight seconds, and then compute, too. */
static void computes_while_others_tick(void)
{
    struct actor *busy = actor_add(256, 0, 0);

    for (unsigned i = 0; i < 7; i++)
        actor_add(256, 40 * US, 3960 * US)->computes_after_ns = 8000 * MS;
    actors_run();
    check(is_within(busy->used_ns, 8000 * MS * 93 / 100 + 2000 * MS / 8, 10), "nor to run while others do little");
}

static void work_conserving(void)
{
    for (unsigned i = 0; i < 6; i++)
        actor_add(100 + i * 77, (1 + i) * 700 * US, (7 - i) * 900 * US);
    actors_run();
    check(!actors_wasted_ns, "never idle while somebody is ready");
}

static void many(void)
{
    bool ok = true;

    for (unsigned i = 0; i < MAX_ACTORS; i++)
        actor_add(256, 0, 0);
    actors_run();
    for (unsigned i = 0; i < MAX_ACTORS; i++)
        ok &= is_within(actors[i].used_ns, SPAN / MAX_ACTORS, 20);
    check(ok, "twelve equals are equal");
}

void check_promises(void)
{
    shares();
    one_to_hundred();
    sleepers();
    sleeper_beside_the_rich();
    cheats();
    returns_from_long_sleep();
    computes_while_others_sleep();
    computes_while_others_tick();
    work_conserving();
    many();
}
