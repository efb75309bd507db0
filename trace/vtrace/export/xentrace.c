/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace export xentrace: Xen's binary records, which stock xenalyze reads. What Xen has no record for is left
 * out. Xen records a hypercall when it begins; here it stands where it ended, since records of a CPU must be in
 * the order of time. A window of records begins with the CPU it is from; numbers are those of xen/trace.h.
 */
#include "trace/vtrace/export/export.h"

#include <stdlib.h>
#include <string.h>
#include <xen/xen.h>
#include <xen/trace.h>

#define CPUS         256 /* what xenalyze can count to */
#define WINDOW_WORDS 8192
#define RUNNING      0
#define RUNNABLE     1

struct window {
    uint32_t words[WINDOW_WORDS];
    uint32_t count;
    bool knows_who;
    uint64_t last_pte; /* what was last written to a page table */
};

struct state {
    struct window *cpu[CPUS];
};

static void flush(struct export *x, unsigned cpu, struct window *w)
{
    uint32_t head[3] = {TRC_TRACE_CPU_CHANGE | 2u << TRACE_EXTRA_SHIFT, cpu, w->count * 4};

    if (!w->count)
        return;
    fwrite(head, sizeof(head), 1, x->out);
    fwrite(w->words, 4, w->count, x->out);
    w->count = 0;
}

static void put(struct window *w, uint32_t event, uint64_t tsc, unsigned n, const uint32_t *extra)
{
    uint32_t *at = w->words + w->count;

    at[0] = event | n << TRACE_EXTRA_SHIFT | 1u << 31;
    at[1] = (uint32_t)tsc;
    at[2] = (uint32_t)(tsc >> 32);
    memcpy(at + 3, extra, n * 4);
    w->count += 3 + n;
}

static uint32_t who(uint64_t domain, uint64_t vcpu)
{
    return (uint32_t)(domain << 16 | (vcpu & 0xffff));
}

static void put_runstate(struct window *w, uint64_t tsc, uint32_t old, uint32_t new, uint32_t of)
{
    put(w, TRC_SCHED_RUNSTATE_CHANGE | (old & 3) << 8 | (new & 3) << 4, tsc, 1, &of);
}

static void put_switch(struct window *w, const struct record *r)
{
    uint32_t prev = who((uint64_t)record_value(r, "prev_domain", 0), (uint64_t)record_value(r, "prev_vcpu", 0));
    uint32_t next = who((uint64_t)record_value(r, "next_domain", 0), (uint64_t)record_value(r, "next_vcpu", 0));

    put_runstate(w, r->tsc, RUNNING, (uint32_t)record_value(r, "state", RUNNABLE), prev);
    put_runstate(w, r->tsc, RUNNABLE, RUNNING, next);
    w->knows_who = true;
}

static void put_hypercall(struct window *w, const struct record *r, uint32_t event)
{
    uint32_t op = (uint32_t)record_value(r, "op", 0), n = (uint32_t)record_value(r, "n", 0);
    bool counts = op == __HYPERVISOR_mmu_update || op == __HYPERVISOR_mmuext_op || op == __HYPERVISOR_multicall;
    uint32_t extra[2] = {op | (counts ? TRC_PV_HYPERCALL_V2_ARG_32(1) : 0), n};

    put(w, event, r->tsc, counts ? 2 : 1, extra);
}

static void put_trap(struct window *w, const struct record *r)
{
    uint64_t rip = (uint64_t)record_value(r, "rip", 0);
    uint32_t vector = (uint32_t)record_value(r, "vector", 0), error = (uint32_t)record_value(r, "error", 0);
    uint32_t extra[3] = {(uint32_t)rip, (uint32_t)(rip >> 32), vector | (error ? 1u << 15 : 0) | error << 16};

    if (vector < 32)
        put(w, TRC_PV_TRAP | TRC_64_FLAG, r->tsc, 3, extra);
}

static void put_page_fault(struct window *w, const struct record *r, bool is_live_write)
{
    uint64_t rip = (uint64_t)record_value(r, "rip", 0), va = (uint64_t)record_value(r, "va", 0);
    uint32_t fault[5] = {(uint32_t)rip, (uint32_t)(rip >> 32), (uint32_t)va, (uint32_t)(va >> 32),
                         (uint32_t)record_value(r, "error", 0)};
    uint32_t write[6] = {(uint32_t)w->last_pte, (uint32_t)(w->last_pte >> 32), fault[2], fault[3], fault[0],
                         fault[1]};

    if (is_live_write)
        put(w, TRC_PV_PTWR_EMULATION | TRC_64_FLAG, r->tsc, 6, write);
    else
        put(w, TRC_PV_PAGE_FAULT | TRC_64_FLAG, r->tsc, 5, fault);
}

static void put_rip(struct window *w, const struct record *r)
{
    uint64_t rip = (uint64_t)record_value(r, "rip", 0);
    uint32_t extra[2] = {(uint32_t)rip, (uint32_t)(rip >> 32)};

    put(w, TRC_PV_EMULATE_PRIVOP | TRC_64_FLAG, r->tsc, 2, extra);
}

static void put_who(struct window *w, const struct record *r, uint32_t event)
{
    uint32_t extra[2] = {(uint32_t)record_value(r, "domain", 0), (uint32_t)record_value(r, "vcpu", 0)};

    put(w, event, r->tsc, 2, extra);
}

/* Which Xen record an event of ours becomes, by its name in the trace's own schema. */
static void convert(struct window *w, const struct trace *t, const struct record *r)
{
    const char *name = r->event->name;
    char label[128];

    if (!strcmp(name, "switch"))
        put_switch(w, r);
    else if (!strcmp(name, "hypercall"))
        put_hypercall(w, r, TRC_PV_HYPERCALL_V2);
    else if (!strcmp(name, "multicall_entry"))
        put_hypercall(w, r, TRC_PV_HYPERCALL_SUBCALL);
    else if (!strcmp(name, "bounce"))
        put_trap(w, r);
    else if (!strcmp(name, "page_fault"))
        put_page_fault(w, r, strstr(record_label(label, sizeof(label), t, r), ":live_write"));
    else if (!strcmp(name, "emulate"))
        put_rip(w, r);
    else if (!strcmp(name, "wake"))
        put_who(w, r, TRC_SCHED_WAKE);
    else if (!strcmp(name, "block"))
        put_who(w, r, TRC_SCHED_BLOCK);
    else if (!strcmp(name, "yield"))
        put_who(w, r, TRC_SCHED_YIELD);
    else if (!strcmp(name, "pte_write"))
        w->last_pte = (uint64_t)record_value(r, "new", 0);
}

static void begin(struct export *x)
{
    x->state = must_calloc(1, sizeof(struct state));
}

static void record(struct export *x, const struct record *r)
{
    struct state *s = x->state;
    struct window *w;

    if (r->cpu >= CPUS || !r->event)
        return;
    if (!s->cpu[r->cpu])
        s->cpu[r->cpu] = must_calloc(1, sizeof(*w));
    w = s->cpu[r->cpu];
    if (!w->knows_who && strcmp(r->event->name, "switch")) {
        uint32_t now = who(r->domain, r->vcpu);

        put(w, TRC_SCHED_CONTINUE_RUNNING, r->tsc, 1, &now);
        w->knows_who = true;
    }
    convert(w, x->t, r);
    if (w->count > WINDOW_WORDS - 32)
        flush(x, r->cpu, w);
}

static void end(struct export *x)
{
    struct state *s = x->state;

    for (unsigned i = 0; i < CPUS; i++) {
        if (s->cpu[i])
            flush(x, i, s->cpu[i]);
        free(s->cpu[i]);
    }
    free(s);
    fprintf(stderr, "to read it: xenalyze --cpu-hz=%llu --summary FILE\n",
            (unsigned long long)x->t->header.tsc_hz);
}

const struct format format_xentrace;
const struct format format_xentrace = {.begin = begin, .record = record, .end = end};
