/* SPDX-License-Identifier: BSD-2-Clause */
/* What `xl debug-keys` may ask for: one key, one report on the console. */
#include "control/toolstack.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include "sched/sched.h"

#define KEYS_MAX 16

static void show_help(void);

static void show_domains(void)
{
    static const char *const states[] = {"paused", "running", "shut down", "dying"};

    for (domid_t id = 0; id < MAX_DOMAINS; id++) {
        const struct domain *d = domain_by_id(id);

        if (d)
            printk("d%u: %s, %lu of %lu pages, %u vCPUs\n", id, states[d->state], d->pages,
                   d->max_pages, d->vcpu_count);
    }
}

static void show_vcpus(struct domain *d)
{
    static const char *const states[] = {"running", "runnable", "blocked", "offline"};

    for (unsigned i = 0; d && d->state != DOMAIN_DYING && i < d->vcpu_count; i++) {
        const struct vcpu *v = d->vcpus[i];
        struct vcpu_runstate_info times;

        runstate_read(v, &times);
        printk("d%uv%u: %s on CPU %u, ran %lu ns, rip %lx\n", d->id, i, states[v->state], v->cpu,
               times.time[RUNSTATE_running], v->ctx.regs.rip);
    }
}

static void show_run_queues(void)
{
    printk("scheduler: %s\n", sched_name());
    for (domid_t id = 0; id < MAX_DOMAINS; id++)
        show_vcpus(domain_by_id(id));
}

static void show_memory(void)
{
    printk("memory: %lu of %lu frames free\n", mm_free_frames(), mm_ram_frames());
}

static void check_memory(void)
{
    int rc = mm_audit();

    if (rc)
        printk("audit: %d\n", rc);
    else
        printk("audit: every count of every frame is right\n");
}

static void show_time(void)
{
    printk("time: %lu ns since boot, TSC %lu kHz\n", clock_ns(), clock_tsc_khz());
}

static void reboot(void)
{
    machine_reboot();
}

static const struct key {
    char key;
    void (*run)(void);
    const char *text;
} keys[] = {
    {'h', show_help, "this list"},
    {'q', show_domains, "domains"},
    {'r', show_run_queues, "the scheduler and its vCPUs"},
    {'m', show_memory, "memory"},
    {'F', check_memory, "recount the references of every frame"},
    {'t', show_time, "time"},
    {'R', reboot, "reboot the machine"},
};

static void show_help(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
        printk("key %c: %s\n", keys[i].key, keys[i].text);
}

static void press(char c)
{
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++) {
        if (keys[i].key == c) {
            keys[i].run();
            return;
        }
    }
    printk("no key %c; h lists them\n", c);
}

long sysctl_debug_keys(struct vcpu *v, struct xen_sysctl *op)
{
    const struct xen_sysctl_debug_keys *k = &op->u.debug_keys;
    char text[KEYS_MAX];

    if (k->nr_keys > sizeof(text))
        return -E2BIG;
    if (guest_read(text, GPTR((uint64_t)k->keys.p), k->nr_keys))
        return -EFAULT;
    for (uint32_t i = 0; i < k->nr_keys; i++)
        press(text[i]);
    return 0;
}
