/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hypervisor does for whoever asks by a letter: at the console, Ctrl-a three times and then the letter, or
 * by `xl debug-keys`. The letters mean what they mean on Xen, where it has them.
 */
#include "control/control.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include "trace/trace.h"

#define RECENT_RECORDS 32

static void show_help(void);

/* --- Reports --- */

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
    int rc;

    cpus_hold();
    rc = mm_audit();
    cpus_release();
    if (rc)
        printk("audit: %d\n", rc);
    else
        printk("audit: every count of every frame is right\n");
}

static void show_time(void)
{
    printk("time: %lu ns since boot, TSC %lu kHz\n", clock_ns(), clock_tsc_khz());
}

/* --- Deeds --- */

static void crash(void)
{
    panic("asked for at the console");
}

static void reboot(void)
{
    printk("reboot, asked for at the console\n");
    machine_reboot();
}

static void write_trace(void)
{
    struct trace_set set;

    trace_chosen(&set);
    trace_to_debug_port();
    trace_choose(&set);
}

static void show_trace(void)
{
    struct trace_set set;

    trace_chosen(&set);
    trace_print_recent(RECENT_RECORDS);
    trace_choose(&set);
}

/* --- The table --- */

static const struct key {
    char letter;
    void (*run)(void);
    const char *text;
} keys[] = {
    {'h', show_help, "this list"},
    {'q', show_domains, "domains"},
    {'r', show_run_queues, "the scheduler and its vCPUs"},
    {'m', show_memory, "memory"},
    {'F', check_memory, "recount the references of every frame"},
    {'t', show_time, "time"},
    {'l', show_trace, "the last records of the trace"},
    {'T', write_trace, "write the trace to the debug port"},
    {'C', crash, "crash, for a memory dump"},
    {'R', reboot, "reboot the machine"},
};

static void show_help(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
        printk("key %c: %s\n", keys[i].letter, keys[i].text);
}

void key_press(char letter)
{
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++) {
        if (keys[i].letter == letter) {
            keys[i].run();
            return;
        }
    }
    printk("no key %c; h lists them\n", letter);
}

/* --- Keys typed: noted by the interrupt, done on the way back to a guest --- */

static char typed[16];
static unsigned head, tail; /* free-running; both change on the CPU that takes the console's interrupt */

static void press_typed(struct timer *t)
{
    while (tail != head) {
        char letter = typed[tail++ % sizeof(typed)];

        if (letter > ' ')
            key_press(letter);
    }
}

static struct timer soon = {.deadline_ns = ~0ull, .fire = press_typed};

void on_console_key(char letter)
{
    if (head - tail == sizeof(typed))
        return;
    typed[head++ % sizeof(typed)] = letter;
    timer_set(&soon, clock_ns());
}
