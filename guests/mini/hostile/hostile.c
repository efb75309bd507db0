/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hostile guest: `seed=` and `calls=` on the command line decide a run of hypercalls with
 * hostile arguments, page-table mutations and random user code. With `vcpus=N` further vCPUs change
 * the same tables; with `peer=N` domain N is flooded with events and its grants are stormed. What it
 * shows: the hypervisor is still there at the end, and (asked by vantage_op) every frame's counts
 * recompute to the stored ones. The guest makes no claim about single results: a refusal is as good as
 * an acceptance. With `hog=NAME` it does one thing only (hog.c), for `ms=` milliseconds or for ever.
 */
#include "hostile.h"
#include "../lib/verdict.h"

#include <xen/errno.h>

#define DEFAULT_SEED  20030719
#define DEFAULT_CALLS 200000

static u64 total(const u64 counts[64])
{
    u64 sum = 0;

    for (unsigned int i = 0; i < 64; i++)
        sum += counts[i];
    return sum;
}

void hostile_step(void)
{
    u32 n = random_below(64);

    if (n == 0)
        user_step();
    else if (has_peer && n < 8)
        storm_step();
    else if (n < 24)
        calls_step();
    else
        mutate_step();
}

/* For whoever keeps us (keeper/guests.c): where no console is. */
static void publish(u64 made)
{
    shared_info->arch.pfn_to_mfn_frame_list_list = made;
    shared_info->arch.max_pfn = storm_mapped;
}

static void run(u64 calls)
{
    u64 tenth = calls / 10 ? calls / 10 : 1, next = tenth, made;

    while ((made = total(calls_made)) < calls) {
        if (made >= next) {
            print("hostile: %lu %%, %lu calls, %lu accepted\n", next * 10 / tenth, made,
                  total(calls_accepted));
            next += tenth;
        }
        hostile_step();
    }
    publish(made);
}

static void print_counts(void)
{
    for (u64 nr = 0; nr < 64; nr++)
        if (calls_made[nr])
            print("hostile: hypercall %lu: %lu calls, %lu accepted\n", nr, calls_made[nr],
                  calls_accepted[nr]);
    print("hostile: pinned %lu L1, %lu L2, %lu L3, %lu L4; %lu entries linked\n", mutate_pinned[0],
          mutate_pinned[1], mutate_pinned[2], mutate_pinned[3], mutate_linked);
}

static void audit(const char *name)
{
    long rc = hyp_vantage_op(VANTAGE_AUDIT, 0);

    if (rc == -XEN_ENOSYS)
        case_skip(name, "this hypervisor has no audit");
    else
        case_long(name, rc, 0);
}

void mini_main(const char *args)
{
    u64 seed = arg_number(args, "seed", DEFAULT_SEED);
    u64 calls = arg_number(args, "calls", DEFAULT_CALLS);
    unsigned int vcpus = (unsigned int)arg_number(args, "vcpus", 1);

    print("hostile: seed=%lu calls=%lu\n", seed, calls);
    case_set("hostile");
    random_seed(seed);
    pool_init();
    user_step_init();
    storm_init((domid_t)arg_number(args, "peer", DOMID_INVALID));
    hyp_vm_assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables);
    if (hog_run(args, vcpus, arg_number(args, "ms", 0)))
        return;
    if (vcpus > 1)
        case_long("further-vcpus", vcpus_start(vcpus, mutate_bare), 0);
    audit("audit-before");
    run(calls);
    print_counts();
    case_ok("survived");
    case_true("tables-made",
              mutate_pinned[0] > calls / 1000 && mutate_pinned[1] && mutate_pinned[2] &&
                  mutate_pinned[3] && mutate_linked > calls / 1000,
              "hardly a table was accepted: the run shows little");
    audit("audit-after");
    verdict_print();
}
