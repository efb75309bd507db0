/* SPDX-License-Identifier: BSD-2-Clause */
/* The rings of all CPUs, and what is recorded in them: by event, and by the domain that runs. */
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/lock.h"
#include "lib/string.h"
#include "trace/rings.h"
#include "trace/schema_text.h"

struct trace_ring *trace_rings[MAX_CPUS];
bool trace_has_rings;
uint8_t trace_on[TRACE_EVENTS];

#define IDLE_AT TRACE_DOMAINS

static struct lock choosing;              /* taken by those who change what follows, trace_on and trace_mask */
static uint8_t is_held[TRACE_DOMAINS + 1]; /* this domain's records are not wanted; the last: idle's */
static bool any_held;

static const struct {
    const char *name;
    uint8_t mask;
} classes[] = {
    {"hypercall", TRACE_HYPERCALL}, {"mmu", TRACE_MMU},       {"trap", TRACE_TRAP},
    {"sched", TRACE_SCHED},         {"event", TRACE_EVENT},   {"irq", TRACE_IRQ},
    {"domain", TRACE_DOMAIN},       {"guest", TRACE_GUEST},   {"all", TRACE_ALWAYS},
    {"none", 0},
};

/* --- Sets of events --- */

static void set_classes(struct trace_set *set, uint8_t mask, bool on)
{
    for (unsigned i = 0; i < TRACE_EVENTS; i++)
        if (trace_events[i].class != TRACE_ALWAYS && trace_events[i].class & mask)
            set->on[i] = on;
}

void trace_set_classes(struct trace_set *set, uint8_t mask)
{
    *set = (struct trace_set){{0}};
    set_classes(set, mask, true);
}

static bool is_name(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && !memcmp(name, text, length);
}

static bool set_name(struct trace_set *set, const char *text, size_t length, bool on)
{
    for (unsigned i = 0; i < ARRAY_SIZE(classes); i++) {
        if (is_name(classes[i].name, text, length)) {
            set_classes(set, classes[i].mask, on);
            return true;
        }
    }
    for (unsigned i = 0; i < TRACE_EVENTS; i++) {
        if (trace_events[i].class != TRACE_ALWAYS && is_name(trace_events[i].name, text, length)) {
            set->on[i] = on;
            return true;
        }
    }
    return false;
}

bool trace_set_read(const char *names, struct trace_set *set)
{
    *set = (struct trace_set){{0}};
    for (;;) {
        const char *comma = strchr(names, ',');
        size_t length = comma ? (size_t)(comma - names) : strlen(names);
        size_t minus = length && *names == '-';

        if (!set_name(set, names + minus, length - minus, !minus))
            return false;
        if (!comma)
            return true;
        names = comma + 1;
    }
}

void trace_cpu_init(struct cpu *c, void *memory, uint64_t bytes, enum trace_mode mode)
{
    struct trace_ring *r = trace_ring_init(memory, bytes);

    _Static_assert(offsetof(struct cpu, trace) == CPU_TRACE, "emit.S finds the ring there");
    _Static_assert(sizeof(struct cpu) == 128, "and struct cpu at the end of the stack block");
    trace_schema_uuid(r->uuid);
    r->cpu = c->id;
    r->mode = mode;
    r->boot_id = trace_boot_id();
    r->domain = TRACE_IDLE;
    c->trace = r;
    trace_rings[c->id] = r;
    trace_has_rings = true;
    trace_describe();
}

void trace_cpu_forget(struct cpu *c)
{
    c->trace = trace_rings[c->id] = NULL;
    trace_describe();
}

/* Tells the boots of one machine apart: nothing else changes as much. */
uint32_t trace_boot_id(void)
{
    return (uint32_t)(clock_wall_at_boot() ^ clock_tsc_at_boot());
}

/* --- Choosing; under `choosing` --- */

static uint8_t classes_of(const struct trace_set *set)
{
    uint8_t mask = 0;

    for (unsigned i = 0; i < TRACE_EVENTS; i++)
        if (set->on[i] && trace_events[i].class != TRACE_ALWAYS)
            mask |= trace_events[i].class;
    return mask;
}

static void record(const struct trace_set *set, uint8_t mask)
{
    for (unsigned i = 0; i < TRACE_EVENTS; i++) {
        bool on = trace_events[i].class == TRACE_ALWAYS ? mask != 0 : set->on[i];

        __atomic_store_n(&trace_on[i], on, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&trace_mask, mask, __ATOMIC_RELAXED);
    trace_sample_now();
    trace_describe();
}

/* Events that are off though others of their class are on. */
static void note_exceptions(void)
{
    for (unsigned i = 0; i < TRACE_EVENTS; i++)
        if (trace_events[i].class & trace_mask && !trace_on[i])
            trace_trace_without(trace_events[i].number);
}

/* What says that something changed is recorded even if the domain that runs is held. */
static bool let_through(struct trace_ring *r)
{
    bool held = r->muted;

    if (held)
        trace_mute(r, false);
    return held;
}

static uint8_t choose(const struct trace_set *set)
{
    struct trace_ring *r = this_cpu()->trace;
    uint8_t old = trace_mask, new = classes_of(set);
    bool held = let_through(r);

    if (old) /* if the new set is empty, the last record says that it is the last */
        trace_trace_mask(old, new);
    record(set, new);
    if (!old)
        trace_trace_mask(old, new);
    trace_clock(clock_ns(), clock_wall_at_boot() + clock_ns(), clock_tsc_khz());
    note_exceptions();
    if (held)
        trace_mute(r, true);
    return old;
}

uint8_t trace_choose(const struct trace_set *set)
{
    uint8_t old;

    if (!trace_has_rings)
        return 0;
    lock_take(&choosing);
    old = choose(set);
    lock_drop(&choosing);
    return old;
}

void trace_chosen(struct trace_set *set)
{
    memcpy(set->on, trace_on, sizeof(set->on));
}

int trace_asks_event(uint16_t number)
{
    const struct trace_event *e = trace_event_by_number(number);

    return e ? trace_on[e - trace_events] : -ENOENT;
}

int trace_choose_event(uint16_t number, bool on)
{
    const struct trace_event *e = trace_event_by_number(number);
    struct trace_set set;
    bool was;

    if (!e)
        return -ENOENT;
    if (e->class == TRACE_ALWAYS || !trace_has_rings)
        return -EINVAL;
    lock_take(&choosing);
    memcpy(set.on, trace_on, sizeof(set.on));
    was = set.on[e - trace_events];
    set.on[e - trace_events] = on;
    if (was != on)
        choose(&set);
    lock_drop(&choosing);
    return was;
}

/* --- Domains --- */

static int domain_at(uint16_t domain)
{
    return domain == TRACE_IDLE ? IDLE_AT : domain < TRACE_DOMAINS ? domain : -1;
}

static bool holds(const struct trace_ring *r)
{
    int at = domain_at(r->domain);

    return at >= 0 && is_held[at];
}

int trace_asks_domain(uint16_t domain)
{
    int at = domain_at(domain);

    return at < 0 ? -ENOENT : !is_held[at];
}

static void choose_domain(int at, bool on)
{
    is_held[at] = !on;
    any_held = false;
    for (unsigned i = 0; i <= IDLE_AT; i++)
        any_held |= is_held[i];
    for (unsigned i = 0; i < MAX_CPUS; i++)
        if (trace_rings[i] && trace_rings[i]->muted != holds(trace_rings[i]))
            trace_mute(trace_rings[i], holds(trace_rings[i]));
}

int trace_choose_domain(uint16_t domain, bool on)
{
    int was = trace_asks_domain(domain);

    if (was < 0 || !trace_has_rings || was == on)
        return was;
    lock_take(&choosing);
    let_through(this_cpu()->trace);
    trace_trace_domain(domain, on);
    choose_domain(domain_at(domain), on);
    lock_drop(&choosing);
    return was;
}

void on_nmi(uint64_t rip, bool in_guest)
{
    trace_nmi(rip, in_guest);
}

void trace_turns(void)
{
    if (any_held)
        let_through(this_cpu()->trace);
}

void trace_runs(uint16_t domain, uint16_t vcpu)
{
    struct trace_ring *r = this_cpu()->trace;

    if (!r)
        return;
    r->domain = domain;
    r->vcpu = vcpu;
    if (unlikely(any_held))
        trace_mute(r, holds(r));
}

int trace_consumed(unsigned cpu, uint64_t packets)
{
    if (cpu >= MAX_CPUS || !trace_rings[cpu])
        return -ENOENT;
    __atomic_store_n(&trace_rings[cpu]->consumed, packets, __ATOMIC_RELEASE);
    return 0;
}

void trace_stop(void)
{
    memset(trace_on, 0, sizeof(trace_on));
    __atomic_store_n(&trace_mask, 0, __ATOMIC_RELAXED);
}
