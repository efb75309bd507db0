/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guests that were started at boot: all get the CPU before any has had it for long, all end as they
 * should, and all they were made of comes back.
 *
 *   guests=N   how many there are (default 0)
 *   reason=R   how they end (SHUTDOWN_...; default 0, by powering off)
 *   judged=N   of the first N only (default all): the others are hostile, may end as they like, and had
 *              as much of the hypervisor as they asked for
 */
#include "keeper.h"

#include <xen/sched.h>
#include <xen/vcpu.h>

#define LOOK_NS 20000000ul

static bool is_over(const struct xen_domctl_getdomaininfo *info)
{
    return info->flags & XEN_DOMINF_shutdown;
}

static u32 count_over(u32 n)
{
    u32 over = 0;

    for (u32 i = 0; i < n; i++)
        over += is_over(&list[i]);
    return over;
}

static u32 count_run(u32 n)
{
    u32 run = 0;

    for (u32 i = 0; i < n; i++)
        run += list[i].cpu_time != 0;
    return run;
}

static void sleep_a_little(void)
{
    hyp_set_timer_op(time_ns() + LOOK_NS);
    hyp_sched_op(SCHEDOP_block, 0);
}

/* How many had run when the first had ended. */
static u32 wait_for_all(u32 n)
{
    u32 had_run = 0;

    while (domains_list() == n && count_over(n) < n) {
        if (!had_run && count_over(n))
            had_run = count_run(n);
        sleep_a_little();
    }
    return had_run ? had_run : count_run(n);
}

static void check_reasons(u32 n, u32 wanted)
{
    u32 wrong = 0;

    for (u32 i = 0; i < n; i++)
        wrong += ((list[i].flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask) != wanted;
    case_long("all-end-as-they-should", wrong, 0);
}

/* Ends them one by one; each gives back its memory and the same number of frames of ours, if judged. */
static void end_all(u32 n, u32 judged)
{
    u64 before = frames_free(), ours = 0, refused = 0, differ = 0;

    for (u32 i = 0; i < n; i++) {
        u64 now, overhead;

        refused += domctl_do(XEN_DOMCTL_destroydomain, list[i].domain) != 0;
        now = frames_free();
        overhead = now - before - list[i].tot_pages;
        ours = i ? ours : overhead;
        differ += i < judged && overhead != ours;
        before = now;
    }
    case_long("all-are-ended", (long)refused, 0);
    case_long("each-gives-back-the-same", (long)differ, 0);
    case_true("and-what-it-was-made-of", ours > 0 && ours < 256, "another number of frames");
    case_long("none-is-left", domains_list(), 0);
    print("keeper: a guest was made of %lu frames of the hypervisor's\n", ours);
}

void guests_run(const char *args)
{
    u32 n = (u32)arg_number(args, "guests", 0), judged = (u32)arg_number(args, "judged", n);
    u64 began = time_ns();

    case_long("guests-from-the-boot", domains_list(), n);
    if (!n || domains_list() != n)
        return;
    event_unmask((u32)port_virq(VIRQ_TIMER, 0));
    case_long("all-run-before-one-has-ended", wait_for_all(n), n);
    print("keeper: %u guests were done in %lu ms\n", n, (time_ns() - began) / 1000000);
    check_reasons(judged, (u32)arg_number(args, "reason", 0));
    case_true("audit-before", audit_agrees(), "wrong");
    end_all(n, judged);
    case_true("audit-after", audit_agrees(), "wrong");
}
