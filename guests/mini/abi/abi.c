/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ABI test set: what each hypercall accepts and refuses and with which errno, and which fault
 * each trapping instruction ends in. The wanted answers are those of Xen 4.17; where the ABI leaves
 * a choice, the case takes either (case_either).
 *
 * `only=<set>` on the command line runs one set.
 */
#include "abi.h"

#include <xen/memory.h>

static const struct set {
    const char *name;
    void (*run)(void);
} sets[] = {
    {"version", abi_version},   {"memory", abi_memory},
    {"mmu", abi_mmu},           {"mmuext", abi_mmuext},
    {"live", abi_live},         {"descriptor", abi_descriptor},
    {"trap", abi_trap},         {"iret", abi_iret},
    {"segment", abi_segment},   {"privileged", abi_privileged},
    {"debugreg", abi_debugreg}, {"edge", abi_edge},
    {"event", abi_event},       {"sched", abi_sched},
    {"grant", abi_grant},       {"misc", abi_misc},
    {"vcpu", abi_vcpu},         {"ways", abi_ways},
};

void abi_bodies(const struct body_row *rows, unsigned int n)
{
    for (; n; n--, rows++)
        case_trap(rows->name, trap_catch(rows->body, (void *)rows->arg), rows->vector, rows->error);
}

void abi_calls(const struct call_row *r, unsigned int n)
{
    for (; n; n--, r++)
        case_long(r->name, hyp5(r->nr, r->a, r->b, r->c, r->d, 0), r->want);
}

/* A frame whose M2P entry does not lead back to it, in the upper half of RAM. */
u64 abi_foreign_mfn(void)
{
    u64 mfn = (u64)hyp_memory_op(XENMEM_maximum_ram_page, 0) / 2;

    for (;; mfn++) {
        u64 pfn = m2p(mfn);

        if (pfn >= start_info->nr_pages || p2m[pfn] != mfn)
            return mfn;
    }
}

static bool wanted(const char *args, const char *name)
{
    size_t n = strlen(name);
    const char *s;

    for (s = args; *s; s++)
        if (!strncmp(s, "only=", 5))
            return !strncmp(s + 5, name, n) && (!s[5 + n] || s[5 + n] == ' ');
    return true;
}

void mini_main(const char *args)
{
    unsigned int i;

    if (user_init() || map_build(TEST_VA))
        print("abi: no user space or no test page; many cases will fail\n");
    for (i = 0; i < ARRAY_SIZE(sets); i++) {
        if (!wanted(args, sets[i].name))
            continue;
        case_set(sets[i].name);
        sets[i].run();
    }
    verdict_print();
}
