/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each of the guests that were started at boot gets of the CPU, while all of them want all of it and the keeper sleeps.
 *
 *   share_ms=MS   how long
 *   partN=P       what guest N, 1 and up, should get, in parts of the sum of all (default 1 each)
 *   idle=P        what nobody should get
 *   within=P      how far a guest may be from its share, per mille of that share, not of the CPU: a tenth of the CPU is
 *                 9.9 to 10.1 percent of it with 10 (the default)
 *   dodgers=N     the last N sleep at times, as it seems best to them: they may have less than their share, and the
 *                 others more
 */
#include "keeper.h"

#define GUESTS_MAX 9 /* a digit each */

static u64 parts[GUESTS_MAX], idle_parts, parts_sum;
static u64 had_ns[GUESTS_MAX]; /* of the CPU */

static void read_parts(const char *args, u32 n)
{
    char key[] = "part1";

    idle_parts = parts_sum = arg_number(args, "idle", 0);
    for (u32 i = 0; i < n; i++, key[4]++) {
        parts[i] = arg_number(args, key, 1);
        parts_sum += parts[i];
    }
}

/* had_ns[] while we slept. Returns how long that was. */
static u64 measure(u32 n, u64 ns)
{
    u64 began = time_ns();

    domains_list();
    for (u32 i = 0; i < n; i++)
        had_ns[i] = list[i].cpu_time;
    sleep_ns(ns);
    domains_list();
    for (u32 i = 0; i < n; i++)
        had_ns[i] = list[i].cpu_time - had_ns[i];
    return time_ns() - began;
}

static u32 count_over(u32 n)
{
    u32 over = 0;

    for (u32 i = 0; i < n; i++)
        over += (list[i].flags & XEN_DOMINF_shutdown) != 0;
    return over;
}

/* But for what nobody should get, and half a percent. */
static bool is_all_used(u32 n, u64 elapsed_ns)
{
    u64 used_ns = 0;

    for (u32 i = 0; i < n; i++)
        used_ns += had_ns[i];
    return used_ns * 1000 >= elapsed_ns * (parts_sum - idle_parts) / parts_sum * 995;
}

/* Counts those whose share is wrong, and prints all. */
static u32 count_wrong(u32 n, u32 dodgers, u64 elapsed_ns, u64 within)
{
    u32 wrong = 0;

    for (u32 i = 0; i < n; i++) {
        u64 fair_ns = elapsed_ns * parts[i] / parts_sum;
        bool may_have_less = i >= n - dodgers, may_have_more = dodgers && !may_have_less;

        print("keeper: guest %u had %lu us, its share is %lu\n", i + 1, had_ns[i] / 1000, fair_ns / 1000);
        wrong += (!may_have_less && had_ns[i] * 1000 < fair_ns * (1000 - within)) ||
                 (!may_have_more && had_ns[i] * 1000 > fair_ns * (1000 + within));
    }
    return wrong;
}

void shares_run(const char *args)
{
    u32 n = (u32)arg_number(args, "guests", 0), dodgers = (u32)arg_number(args, "dodgers", 0);
    u64 elapsed_ns;

    case_set("shares");
    case_long("guests-from-the-boot", domains_list(), n);
    if (n > GUESTS_MAX || domains_list() != n || dodgers >= n) {
        case_error("arguments", "other guests than there are");
        return;
    }
    read_parts(args, n);
    elapsed_ns = measure(n, arg_number(args, "share_ms", 0) * 1000000);
    case_long("none-is-wrong", count_wrong(n, dodgers, elapsed_ns, arg_number(args, "within", 10)), 0);
    case_true("nothing-is-lost", is_all_used(n, elapsed_ns), "the CPU was idle though a guest wanted it");
    case_long("none-has-ended", count_over(n), 0);
}
