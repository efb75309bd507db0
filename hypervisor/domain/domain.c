/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of domains, and what happens to one that cannot go on. */
#include "domain/domain.h"
#include "lib/bug.h"
#include "lib/format.h"
#include "lib/string.h"
#include "trace/trace.h"
#include "x86/report.h"

#include <xen/sched.h>

#define STACK_WORDS 24

static struct domain *domains[MAX_DOMAINS];
static struct lock table_lock;

struct domain *domain_by_id(domid_t id)
{
    return id < MAX_DOMAINS ? __atomic_load_n(&domains[id], __ATOMIC_ACQUIRE) : NULL;
}

struct domain *domain_resolve(struct domain *self, domid_t id)
{
    return id == DOMID_SELF ? self : domain_by_id(id);
}

int domain_register(struct domain *d)
{
    int rc = 0;

    lock_take(&table_lock);
    if (d->id >= MAX_DOMAINS)
        rc = -EINVAL;
    else if (domains[d->id])
        rc = -EEXIST;
    else
        __atomic_store_n(&domains[d->id], d, __ATOMIC_RELEASE);
    lock_drop(&table_lock);
    return rc;
}

void domain_unregister(struct domain *d)
{
    lock_take(&table_lock);
    if (d->id < MAX_DOMAINS && domains[d->id] == d)
        __atomic_store_n(&domains[d->id], NULL, __ATOMIC_RELEASE);
    lock_drop(&table_lock);
}

bool domain_change(struct domain *d, enum domain_state from, enum domain_state to)
{
    return __atomic_compare_exchange_n(&d->state, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void report_stack(const struct vcpu *v)
{
    uint64_t word;

    printk("  stack of vcpu %u at %lx:\n", v->id, v->ctx.regs.rsp);
    for (unsigned i = 0; i < STACK_WORDS; i++) {
        if (guest_get(&word, GPTR(v->ctx.regs.rsp + i * 8)))
            return;
        printk("    +%02x %016lx\n", i * 8, word);
    }
}

static void report_crash(struct domain *d, const char *why)
{
    struct vcpu *v = current_vcpu();

    printk("d%u stopped: %s\n", d->id, why);
    if (!v || v->domain != d)
        return;
    printk("  vcpu %u in %s mode\n", v->id, v->in_user ? "user" : "kernel");
    report_registers(&v->ctx.regs);
    if (v->ctx.regs.vector == TRAP_PF)
        report_page_walk(read_cr3(), read_cr2());
    report_stack(v);
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
    bool is_first = d->state == DOMAIN_RUNNING || d->state == DOMAIN_PAUSED;
    char text[256];
    va_list ap;

    for (unsigned i = 0; i < d->vcpu_count; i++)
        d->vcpus[i]->crashed = true;
    if (!is_first)
        return;
    trace_domain_crash(d->id);
    va_start(ap, fmt);
    format_va(text, sizeof(text), fmt, ap);
    va_end(ap);
    report_crash(d, text);
    on_domain_shutdown(d, SHUTDOWN_crash);
}
