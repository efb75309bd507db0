/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hypervisor does for whoever sits at the console: Ctrl-a three times, then one of these letters. The
 * letters mean what they mean on Xen, where it has them.
 */
#include "control/control.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include "trace/trace.h"

#define RECENT_RECORDS 32

static void help(void);

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

static void print_trace(void)
{
    struct trace_set set;

    trace_chosen(&set);
    trace_print_recent(RECENT_RECORDS);
    trace_choose(&set);
}

static void print_memory(void)
{
    printk("%lu MiB of memory are free\n", (unsigned long)(mm_free_frames() >> (20 - PAGE_SHIFT)));
}

static void print_vcpu(const struct vcpu *v)
{
    static const char *const states[] = {"runs", "could run", "waits", "is offline"};

    printk("    vCPU %u %s on CPU %u, ran for %lu ms, at %016lx in %s mode\n", v->id, states[v->state], v->cpu,
           v->time_in_state[VCPU_RUNNING] / 1000000, v->ctx.regs.rip, v->in_user ? "user" : "kernel");
}

static void print_domains(void)
{
    for (unsigned id = 0; id < MAX_DOMAINS; id++) {
        const struct domain *d = domain_by_id((domid_t)id);

        if (!d)
            continue;
        printk("domain %u: %lu of at most %lu pages\n", d->id, d->pages, d->max_pages);
        for (unsigned i = 0; i < d->vcpu_count; i++)
            print_vcpu(d->vcpus[i]);
    }
}

static const struct key {
    char letter;
    const char *meaning;
    void (*press)(void);
} keys[] = {
    {'h', "this list", help},
    {'C', "crash, as for a memory dump", crash},
    {'R', "reboot the machine", reboot},
    {'T', "write the trace to the debug port", write_trace},
    {'l', "print the last records of the trace", print_trace},
    {'m', "print how much memory is free", print_memory},
    {'q', "print the domains and what their vCPUs do", print_domains},
};

static void help(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
        printk("key '%c': %s\n", keys[i].letter, keys[i].meaning);
}

bool key_press(char letter)
{
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++) {
        if (keys[i].letter != letter)
            continue;
        keys[i].press();
        return true;
    }
    return false;
}

/* --- Keys typed: noted by the interrupt, done on the way back to a guest --- */

static char typed[16];
static unsigned head, tail; /* free-running; both change on the CPU that takes the console's interrupt */

static void press_typed(struct timer *t)
{
    while (tail != head) {
        char letter = typed[tail++ % sizeof(typed)];

        if (!key_press(letter) && letter > ' ')
            printk("key '%c' does nothing; 'h' lists those that do\n", letter);
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
