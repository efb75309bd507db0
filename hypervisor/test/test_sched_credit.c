/* SPDX-License-Identifier: BSD-2-Clause */
/* What credit promises: shares by weight, prompt waking, caps, a sum that is kept; and the boot options
 * that set shares. */
#include "actors.h"
#include "lib/bug.h"

/* [credit.cap] */
static void caps(void)
{
    struct actor *capped = actor_add(256, 0, 0);

    capped->share.cap = 25;
    actors_run();
    check(is_within(capped->used_ns, SPAN / 4, 10), "alone, a vCPU gets its cap and no more");
    capped = actor_add(1024, 0, 0);
    capped->share.cap = 40;
    actor_add(256, 0, 0);
    actors_run();
    check(is_within(capped->used_ns, SPAN * 40 / 100, 10) && !actors_idle_ns, "beside another, likewise");
}

/* [credit.sum] */
static void sum_is_kept(void)
{
    int64_t sum = 0;

    for (unsigned i = 0; i < 5; i++)
        actor_add(100 + 50 * i, i * 3 * MS, i * 2 * MS);
    actor_add(256, 700 * US, 0)->server = &actors[1];
    actors_start();
    actors_go();
    for (unsigned i = 0; i < 6; i++)
        sum += sched_of(actors[i].d->vcpus[0])->credit.ns;
    check(sum + sched_here()->credit.pool_ns == 0, "what all own adds up");
    actors_stop();
    check(sched_here()->credit.pool_ns == 0, "and who leaves takes nothing along");
}

/* They run 0.4 ms of each period, and are often found just woken when it ends. */
static void sleepers_save_little(void)
{
    int64_t most = 0;

    actor_add(256, 0, 0);
    for (unsigned i = 1; i < 8; i++)
        actor_add(256, 40 * US, 3900 * US + i * 13 * US);
    actors_start();
    actors_go();
    for (unsigned i = 1; i < 8; i++)
        most = MAX(most, sched_of(actors[i].d->vcpus[0])->credit.ns);
    check(most <= 2 * (int64_t)MS, "who has little to do owns little");
    actors_stop();
}

/* --- What is the domain's, not the vCPU's --- */

static void weights_are_domains(void)
{
    actor_add(256, 0, 0)->vcpus = 4;
    actor_add(256, 0, 0);
    actors_run();
    check(is_within(actors[0].used_ns, SPAN / 2, 10) && is_within(actors[1].used_ns, SPAN / 2, 10),
          "four vCPUs get as much as one of another domain");
    actor_add(1, 0, 0)->vcpus = 4;
    actor_add(1, 0, 0);
    actors_run();
    check(is_within(actors[0].used_ns, SPAN / 2, 10), "also of the smallest weight");
}

/* Whoever waits for eleven turns of 10 ms is owed 46 ms meanwhile. */
static void waiting_is_paid(void)
{
    for (unsigned i = 0; i < 11; i++)
        actor_add(128, 0, 0);
    actor_add(1024, 0, 0);
    actors_run();
    check(is_within(actors[11].used_ns, SPAN * 8 / 19, 10), "one of a large weight beside many gets its part");
}

/* Actor 0 is the server, as dom0 is. */
static void services_are_paid(void)
{
    struct actor *server = actor_add(256, 300 * US, UNTIL_ASKED);

    actor_add(256, 100 * US, 0)->server = server;
    actor_add(256, 0, 0);
    actors_run();
    check(is_within(actors[0].used_ns, 2 * actors[1].used_ns, 50), "who floods a server goes on while that one has much to do");
    check(is_within(actors[2].used_ns, SPAN / 2, 10), "and another domain keeps its half");
    check(server->worst_ns <= 1 * MS, "for a moment");
}

static void servers_pay_for_themselves(void)
{
    struct actor *server = actor_add(256, 400 * MS, UNTIL_ASKED);

    actor_add(256, 1 * MS, 0)->server = server;
    actor_add(256, 0, 0);
    actors_run();
    check(actors[1].used_ns > SPAN * 32 / 100, "what a server does for itself its client does not pay");
    check(actors[2].used_ns > SPAN * 32 / 100 && actors[2].used_ns < SPAN * 35 / 100, "nor a bystander");
}

/* --- Boot options --- */

static void options(void)
{
    struct sched_share s;

    check(sched_read_weight("1:512,3:64") && sched_read_cap("3:50") && sched_read_warp("1:2000"),
          "options are read");
    s = sched_share_of(1);
    check(s.weight == 512 && !s.cap && s.warp_ns == 2 * MS, "weight and warp of domain 1");
    s = sched_share_of(3);
    check(s.weight == 64 && s.cap == 50 && !s.warp_ns, "weight and cap of domain 3");
    s = sched_share_of(2);
    check(s.weight == WEIGHT_NORMAL && !s.cap, "the others are normal");
    check(!sched_read_weight("1") && !sched_read_weight("1:") && !sched_read_weight("4:0") &&
              !sched_read_weight("4:65536") && !sched_read_weight("500:1") &&
              !sched_read_weight("5:10,") && !sched_read_weight("5:10x") && !sched_read_cap("5:101") &&
              !sched_read_warp("5:9999999999"),
          "nonsense is refused");
    check(sched_init("fifo") == -ENOENT, "an unknown policy is refused");
}

static void turns(void)
{
    check(!sched_slice_set(2 * MS) && sched_slice_ns == 2 * MS && sched_read_slice("5") && sched_slice_ns == 5 * MS,
          "a turn is set");
    check(sched_slice_set(0) == -EINVAL && sched_slice_set(SLICE_MAX_NS + 1) == -EINVAL && !sched_read_slice("") &&
              !sched_read_slice("5x") && !sched_read_slice("1001") && sched_slice_ns == 5 * MS,
          "no turn at all, and an endless one, are refused");
    check(!sched_slice_set(SLICE_NS), "as before");
}

int main(void)
{
    if (sched_init("credit"))
        panic("no credit");
    fake_machine(1);
    check_promises();
    caps();
    sum_is_kept();
    sleepers_save_little();
    weights_are_domains();
    waiting_is_paid();
    services_are_paid();
    servers_pay_for_themselves();
    options();
    turns();
    return check_end();
}
