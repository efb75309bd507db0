/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random hypercalls. A table says what each argument is made of; a second one names the calls that
 * would end or reconfigure the guest itself by definition: these are not made.
 *
 *   p  the buffer, filled with random words; now and then a bad pointer
 *   b  a bad pointer always, and not into the buffer: nothing can be read there
 *   c  a command, 0 to 39
 *   n  a count, mostly small
 *   v  an address to map: a pool page, or nowhere
 *   e  a page-table entry
 *   m  a machine address in a pool frame
 *   d  a domain
 *   w  any word
 */
#include "hostile.h"

#include <xen/event_channel.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

u64 calls_made[64], calls_accepted[64];

struct shape {
    u64 nr;
    const char *args;
};

static const struct shape shapes[] = {
    {__HYPERVISOR_set_trap_table, "b"},
    {__HYPERVISOR_mmu_update, "pnpd"},
    {__HYPERVISOR_mmu_update, "pnpw"},
    {__HYPERVISOR_set_gdt, "pn"},
    {__HYPERVISOR_stack_switch, "ww"},
    {__HYPERVISOR_fpu_taskswitch, "c"},
    {__HYPERVISOR_platform_op, "p"},
    {__HYPERVISOR_set_debugreg, "cw"},
    {__HYPERVISOR_get_debugreg, "c"},
    {__HYPERVISOR_update_descriptor, "mw"},
    {__HYPERVISOR_memory_op, "cp"},
    {__HYPERVISOR_memory_op, "cp"},
    {__HYPERVISOR_memory_op, "wp"},
    {__HYPERVISOR_update_va_mapping, "vew"},
    {__HYPERVISOR_set_timer_op, "w"},
    {__HYPERVISOR_xen_version, "cp"},
    {__HYPERVISOR_console_io, "cnb"},
    {__HYPERVISOR_grant_table_op, "cpn"},
    {__HYPERVISOR_grant_table_op, "cpn"},
    {__HYPERVISOR_vm_assist, "cc"},
    {__HYPERVISOR_update_va_mapping_otherdomain, "vewd"},
    {__HYPERVISOR_vcpu_op, "cnp"},
    {__HYPERVISOR_set_segment_base, "cw"},
    {__HYPERVISOR_mmuext_op, "pnpd"},
    {__HYPERVISOR_mmuext_op, "pnpw"},
    {__HYPERVISOR_xsm_op, "p"},
    {__HYPERVISOR_nmi_op, "cb"},
    {__HYPERVISOR_sched_op, "cp"},
    {__HYPERVISOR_callback_op, "cb"},
    {__HYPERVISOR_event_channel_op, "cp"},
    {__HYPERVISOR_event_channel_op, "cp"},
    {__HYPERVISOR_physdev_op, "cb"},
    {__HYPERVISOR_hvm_op, "cp"},
    {__HYPERVISOR_sysctl, "p"},
    {__HYPERVISOR_domctl, "p"},
    {__HYPERVISOR_argo_op, "cpppn"},
    {__HYPERVISOR_xenpmu_op, "cb"},
    {__HYPERVISOR_dm_op, "dnp"},
    {__HYPERVISOR_hypfs_op, "cpnpn"},
    {11, "www"},
    {44, "www"},
    {63, "www"},
};

/* Commands left out, and why. */
static const struct {
    u64 nr, cmd;
} left_out[] = {
    {__HYPERVISOR_sched_op, SCHEDOP_shutdown},           /* ends the guest */
    {__HYPERVISOR_sched_op, SCHEDOP_remote_shutdown},    /* may name the guest */
    {__HYPERVISOR_sched_op, SCHEDOP_shutdown_code},      /* changes how the guest ends */
    {__HYPERVISOR_sched_op, SCHEDOP_watchdog},           /* ends the guest later */
    {__HYPERVISOR_vcpu_op, VCPUOP_down},                 /* nobody would bring the vCPU up again */
    {__HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info},   /* moves what the library reads */
    {__HYPERVISOR_vcpu_op, VCPUOP_send_nmi},             /* no NMI callback */
    {__HYPERVISOR_event_channel_op, EVTCHNOP_bind_pirq}, /* the machine's own interrupts */
    {__HYPERVISOR_event_channel_op, EVTCHNOP_init_control}, /* leaves the 2-level ABI */
    {__HYPERVISOR_console_io, CONSOLEIO_write},             /* noise between the verdicts */
};

struct call {
    u64 nr, a[5];
};

static bool is_left_out(const struct call *c)
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(left_out); i++)
        if (left_out[i].nr == c->nr && left_out[i].cmd == (u32)c->a[0])
            return true;
    return false;
}

/*
 * What random words must not do by chance: load a kernel L4 that does not map the kernel, take the
 * machine's memory as a whole.
 */
static void scrub(u64 nr, void *buffer)
{
    struct mmuext_op *op = buffer;

    if (nr == __HYPERVISOR_mmuext_op)
        for (; (u64)(op + 1) <= BUFFER_END; op++)
            if (op->cmd == MMUEXT_NEW_BASEPTR || random_one_in(2))
                op->cmd = 6 + random_below(14);
    if (nr == __HYPERVISOR_memory_op && (u64)buffer + 16 <= BUFFER_END)
        ((u64 *)buffer)[1] &= 0x1f;
}

/* Arguments are filled so that they end where the buffer ends, or 512 bytes earlier. */
static u64 pointer(u64 nr)
{
    static const u32 sizes[] = {8, 16, 24, 32, 64, 128, 512};
    u64 at = BUFFER_END - sizes[random_below(ARRAY_SIZE(sizes))];

    if (random_one_in(12))
        return random_bad_pointer();
    random_fill((void *)at, BUFFER_END - at);
    scrub(nr, (void *)at);
    return at;
}

static u64 nowhere(void)
{
    u64 va = random_bad_pointer();

    return va >= BUFFER && va <= BUFFER_END ? 0 : va;
}

/* Not the buffer's pages, which the guest writes without asking, nor the gap behind them. */
static u64 map_address(void)
{
    return random_below(4) ? (u64)pool_page[random_below(POOL_PAGES)] : nowhere();
}

static u64 domain(void)
{
    static const u64 domains[] = {DOMID_SELF, DOMID_SELF, DOMID_SELF, 0,          1,
                                  DOMID_IO,   DOMID_XEN,  DOMID_COW,  DOMID_IDLE, 0xffff};

    return domains[random_below(ARRAY_SIZE(domains))];
}

static u64 argument(char kind, u64 nr)
{
    switch (kind) {
    case 'p':
        return pointer(nr);
    case 'b':
        return nowhere();
    case 'c':
        return random_below(random_one_in(2) ? 12 : 40);
    case 'n':
        return random_one_in(16) ? random_word() & 0x7fffffff : random_below(4);
    case 'v':
        return map_address();
    case 'e':
        return random_pte();
    case 'm':
        return random_mfn() << PAGE_SHIFT | random_below(4096);
    case 'd':
        return domain();
    default:
        return random_word();
    }
}

static void make_call(struct call *c)
{
    do {
        const struct shape *s = &shapes[random_below(ARRAY_SIZE(shapes))];
        unsigned int i;

        memset(c, 0, sizeof(*c));
        c->nr = s->nr;
        for (i = 0; s->args[i]; i++)
            c->a[i] = argument(s->args[i], s->nr);
    } while (is_left_out(c));
}

void calls_count(u64 nr, long result)
{
    calls_made[nr & 63]++;
    calls_accepted[nr & 63] += result >= 0;
}

/* In a list an earlier call may stop the timer that a later one would be woken by. */
static bool may_sleep(const struct call *c)
{
    return c->nr == __HYPERVISOR_sched_op &&
           ((u32)c->a[0] == SCHEDOP_block || (u32)c->a[0] == SCHEDOP_poll);
}

/*
 * A list of calls; the pointers among their arguments share one buffer. A list of mmuext operations
 * comes first and is scrubbed last: what another call makes of the buffer could load any base
 * table.
 */
static void many(void)
{
    static struct multicall_entry list[8] __attribute__((aligned(64)));
    u32 i, n = random_below(9);

    for (i = 0; i < n; i++) {
        struct call c;

        do
            make_call(&c);
        while (may_sleep(&c) || (i && c.nr == __HYPERVISOR_mmuext_op));
        list[i].op = c.nr;
        memcpy(list[i].args, c.a, sizeof(c.a));
    }
    if (n && list[0].args[0] >= BUFFER && list[0].args[0] < BUFFER_END)
        scrub(list[0].op, (void *)list[0].args[0]);
    calls_count(__HYPERVISOR_multicall, hyp_multicall(list, n));
}

/* What the calls may have changed of how the guest itself is entered. */
static void restore(u64 nr)
{
    if (nr == __HYPERVISOR_stack_switch || nr == __HYPERVISOR_set_trap_table ||
        nr == __HYPERVISOR_multicall)
        trap_init();
    if (nr == __HYPERVISOR_set_debugreg || nr == __HYPERVISOR_multicall)
        hyp_set_debugreg(7, 0);
    upcall_mask_set(0);
}

void calls_step(void)
{
    struct call c;

    timer_arm();
    if (random_one_in(16)) {
        many();
        restore(__HYPERVISOR_multicall);
        return;
    }
    make_call(&c);
    timer_repeat(may_sleep(&c));
    calls_count(c.nr, hyp5(c.nr, c.a[0], c.a[1], c.a[2], c.a[3], c.a[4]));
    restore(c.nr);
}
