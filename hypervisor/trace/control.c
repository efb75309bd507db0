/* SPDX-License-Identifier: BSD-2-Clause */
/* What is recorded and by whom: the class mask and the rings of all CPUs. */
#include "lib/bug.h"
#include "lib/string.h"
#include "trace/rings.h"
#include "trace/schema_text.h"

struct trace_ring *trace_rings[MAX_CPUS];
bool trace_has_rings;

static const struct {
    const char *name;
    uint8_t mask;
} classes[] = {
    {"hypercall", TRACE_HYPERCALL}, {"mmu", TRACE_MMU},       {"trap", TRACE_TRAP},
    {"sched", TRACE_SCHED},         {"event", TRACE_EVENT},   {"irq", TRACE_IRQ},
    {"domain", TRACE_DOMAIN},       {"guest", TRACE_GUEST},   {"all", TRACE_ALWAYS},
    {"none", 0},
};

static bool class_by_name(const char *name, size_t length, uint8_t *mask)
{
    for (unsigned i = 0; i < ARRAY_SIZE(classes); i++) {
        if (strlen(classes[i].name) == length && !memcmp(classes[i].name, name, length)) {
            *mask |= classes[i].mask;
            return true;
        }
    }
    return false;
}

bool trace_classes(const char *names, uint8_t *mask)
{
    *mask = 0;
    for (;;) {
        const char *comma = strchr(names, ',');
        size_t length = comma ? (size_t)(comma - names) : strlen(names);

        if (!class_by_name(names, length, mask))
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

/* Tells the boots of one machine apart: nothing else changes as much. */
uint32_t trace_boot_id(void)
{
    return (uint32_t)(clock_wall_at_boot() ^ clock_tsc_at_boot());
}

uint8_t trace_set_mask(uint8_t mask)
{
    uint8_t old = trace_mask;

    if (!trace_has_rings)
        return old;
    if (!mask) /* the last record says that it is the last */
        trace_trace_mask(old, mask);
    __atomic_store_n(&trace_mask, mask, __ATOMIC_RELAXED);
    trace_describe();
    if (mask)
        trace_trace_mask(old, mask);
    return old;
}

void trace_runs(uint16_t domain, uint16_t vcpu)
{
    struct trace_ring *r = this_cpu()->trace;

    if (!r)
        return;
    r->domain = domain;
    r->vcpu = vcpu;
}
