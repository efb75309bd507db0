/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guests that were started at boot: all get the CPU before any has had it for long, all end as they
 * should, and all they were made of comes back.
 *
 *   guests=N   how many there are (default 0)
 *   reason=R   how they end (SHUTDOWN_...; default 0, by powering off)
 *   after=MS   when they are first looked at, which costs the CPU (default 0)
 *   forever=N  the first N do not end: meanwhile they work on and have their share of the CPU, of which
 *              `rivals` domains get one each (default: all of the guests, and dom0; 0: it is not judged)
 *   calls=N    the others are hostile and say how many calls they made: together at least so many
 *   judged=N   of the first N only (default all): the others are hostile, may end as they like, and had
 *              as much of the hypervisor as they asked for
 */
#include "keeper.h"

#include <xen/sched.h>
#include <xen/vcpu.h>

#define LOOK_NS    2000000ul
#define ROUNDS_MIN 100 /* of a bystander's, of 0.1 ms each */

static bool is_over(const struct xen_domctl_getdomaininfo *info)
{
    return info->flags & XEN_DOMINF_shutdown;
}

static u32 count_over(u32 from, u32 n)
{
    u32 over = 0;

    for (u32 i = from; i < n; i++)
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

/* All but the first `forever`, unless one of these ends. Gives back how many had run when the first had ended. */
static u32 wait_for_all(u32 n, u32 forever)
{
    u32 had_run = 0;

    while (domains_list() == n && count_over(forever, n) < n - forever && !count_over(0, forever)) {
        if (!had_run && count_over(forever, n))
            had_run = count_run(n);
        sleep_ns(LOOK_NS);
    }
    return had_run ? had_run : count_run(n);
}

/* Nothing beside the first `forever` took of their share. */
static void check_share(u32 forever, u64 elapsed_ns, u64 rivals)
{
    u64 least = ~0ul;

    if (!forever)
        return;
    domains_list();
    for (u32 i = 0; i < forever; i++)
        least = list[i].cpu_time < least ? list[i].cpu_time : least;
    case_long("bystanders-not-over", count_over(0, forever), 0);
    if (!rivals)
        return;
    print("keeper: a bystander had %lu per mille of the CPU, its share is %lu\n", least * 1000 / elapsed_ns,
          1000 / rivals);
    case_true("bystanders-keep-their-share", least * rivals * 100 >= elapsed_ns * 98, "less");
}

/* What guests leave in their shared_info: hostile ones how many calls they made and grants they mapped, a
 * worker how many rounds it did and upcalls it got; and which trap was their end. */
struct left {
    u64 calls, count;
};

static struct left left_by(u32 from, u32 n)
{
    static u8 window[PAGE_SIZE] __attribute__((aligned(4096)));
    volatile struct shared_info *info = (volatile struct shared_info *)window;
    struct left sum = {0};

    for (u32 i = from; i < n; i++) {
        if (map_foreign(window, list[i].shared_info_frame, list[i].domain))
            continue;
        sum.calls += info->arch.pfn_to_mfn_frame_list_list;
        sum.count += info->arch.max_pfn;
        if (info->arch.p2m_vaddr)
            print("keeper: domain %u died of trap %lu at %p\n", list[i].domain, info->arch.p2m_generation,
                  (void *)info->arch.p2m_vaddr);
        map_own(window);
    }
    return sum;
}

/* The run shows nothing unless calls were made, grants were mapped and events came through. */
static void check_calls(u32 forever, u32 n, u64 wanted)
{
    struct left hostile = left_by(forever, n), bystander = left_by(0, forever);

    if (forever) {
        print("keeper: bystanders did %lu rounds\n", bystander.calls);
        case_true("bystanders-work-on", bystander.calls >= ROUNDS_MIN, "they hardly did anything");
    }
    if (!wanted)
        return;
    print("keeper: %u hostile guests made %lu calls, mapped %lu grants and had a bystander get %lu upcalls\n",
          n - forever, hostile.calls, hostile.count, bystander.count);
    case_true("enough-hostile-calls", hostile.calls >= wanted, "fewer than wanted");
    case_true("enough-storms", hostile.count > wanted / 1000 && bystander.count > 10, "hardly any");
}

static void check_reasons(u32 from, u32 n, u32 wanted)
{
    u32 wrong = 0;

    for (u32 i = from; i < n; i++)
        wrong += ((list[i].flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask) != wanted;
    case_long("all-end-as-they-should", wrong, 0);
}

/* Ends one; what came back of it beyond its memory: frames of the hypervisor's. */
static u64 end_one(const struct xen_domctl_getdomaininfo *info, u64 *refused)
{
    u64 before = frames_free();

    *refused += domctl_do(XEN_DOMCTL_destroydomain, info->domain) != 0;
    return frames_free() - before - info->tot_pages;
}

/* Ends them one by one, the last first: those may hold something of the first. Each gives back its memory
 * and some frames of ours, the judged ones the same number. */
static void end_all(u32 n, u32 judged)
{
    u64 ours = 0, refused = 0, differ = 0, odd = 0;

    for (u32 i = n; i-- > 0;) {
        u64 overhead = end_one(&list[i], &refused);

        odd += overhead == 0 || overhead > 256;
        if (i < judged) {
            differ += ours && overhead != ours;
            ours = overhead;
        }
    }
    case_long("all-are-ended", (long)refused, 0);
    case_long("each-gives-back-the-same", (long)differ, 0);
    case_long("and-what-it-was-made-of", (long)odd, 0);
    case_long("none-is-left", domains_list(), 0);
    print("keeper: a guest was made of %lu frames of the hypervisor's\n", ours);
}

void guests_run(const char *args)
{
    u32 n = (u32)arg_number(args, "guests", 0), judged = (u32)arg_number(args, "judged", n);
    u32 forever = (u32)arg_number(args, "forever", 0);
    u64 began = time_ns();

    case_long("guests-from-the-boot", domains_list(), n);
    if (!n || domains_list() != n)
        return;
    sleep_ns(arg_number(args, "after", 0) * 1000000);
    if (n > forever)
        case_long("all-run-before-one-has-ended", wait_for_all(n, forever), n);
    print("keeper: %u guests were done in %lu ms\n", n - forever, (time_ns() - began) / 1000000);
    if (n == 1 && forever && cpus() == 1)
        times_run();
    kill_run(args);
    check_share(forever, time_ns() - began, arg_number(args, "rivals", n + 1));
    check_calls(forever, n, arg_number(args, "calls", 0));
    case_set("keeper");
    check_reasons(forever, judged, (u32)arg_number(args, "reason", 0));
    case_true("audit-before", audit_agrees(), "wrong");
    end_all(n, judged);
    case_true("audit-after", audit_agrees(), "wrong");
}
