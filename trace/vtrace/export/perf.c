/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace export perf: a perf.data file. Every record is a sample: of the event of its name, at the instruction of
 * the guest it carries, with its duration in ns as the period (1 for an instant). A domain is a process, a
 * vCPU a thread; `perf report --kallsyms System.map` names a guest kernel's functions. Records are those of
 * linux/perf_event.h; the file around them is that of tools/perf/Documentation/perf.data-file-format.txt.
 *
 *      header │ ids │ attributes │ data: names, then samples │ table of features │ event names
 */
#include "trace/vtrace/export/export.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>

#define FEATURE_EVENT_DESC 12
#define SAMPLE (PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |      \
                PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD)
#define KERNEL_TEXT     0xffffffff81000000ull /* where Linux is linked, and a PV guest runs */
#define KERNEL_BYTES    0x1f000000ull

struct section {
    uint64_t offset, bytes;
};

struct file_head {
    char magic[8];
    uint64_t bytes, attribute_bytes;
    struct section attributes, data, types;
    uint64_t features[4];
};

struct attribute {
    struct perf_event_attr attr;
    struct section ids;
};

struct sample {
    struct perf_event_header head;
    uint64_t id, ip;
    uint32_t pid, tid;
    uint64_t time;
    uint32_t cpu, reserved;
    uint64_t period;
};

struct state {
    struct file_head head;
    uint8_t seen[1 << 16][32]; /* one bit for each vCPU that has a name */
};

static void put(struct export *x, const void *bytes, size_t count)
{
    fwrite(bytes, 1, count, x->out);
}

static uint64_t id_of(const struct export *x, const struct event *e)
{
    return (uint64_t)(e - x->t->schema.events) + 1;
}

static struct perf_event_attr attribute(void)
{
    return (struct perf_event_attr){
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(struct perf_event_attr),
        .config = PERF_COUNT_SW_DUMMY,
        .sample_period = 1,
        .sample_type = SAMPLE,
        .disabled = 1,
    };
}

/* Linux numbers: domain 0 is no swapper. */
static uint32_t pid_of(uint16_t domain)
{
    return domain + 1u;
}

static uint32_t tid_of(uint16_t domain, uint16_t vcpu)
{
    return vcpu ? (uint32_t)(vcpu & 0xff) << 17 | pid_of(domain) : pid_of(domain);
}

static void put_kernel(struct export *x)
{
    struct {
        struct perf_event_header head;
        uint32_t pid, tid;
        uint64_t start, bytes, offset;
        char name[24];
    } map = {
        .head = {PERF_RECORD_MMAP, PERF_RECORD_MISC_KERNEL, sizeof(map)},
        .pid = (uint32_t)-1,
        .start = KERNEL_TEXT,
        .bytes = KERNEL_BYTES,
        .offset = KERNEL_TEXT,
        .name = "[kernel.kallsyms]_text",
    };

    put(x, &map, sizeof(map));
}

static void put_name(struct export *x, const struct record *r)
{
    struct {
        struct perf_event_header head;
        uint32_t pid, tid;
        char name[16];
    } comm = {
        .head = {PERF_RECORD_COMM, 0, sizeof(comm)},
        .pid = pid_of(r->domain),
        .tid = tid_of(r->domain, r->vcpu),
    };

    who_label(comm.name, sizeof(comm.name), r->domain, r->vcpu);
    put(x, &comm, sizeof(comm));
}

static void begin(struct export *x)
{
    size_t n = x->t->schema.event_count;
    struct state *s = x->state = must_calloc(1, sizeof(*s));

    s->head = (struct file_head){
        .magic = "PERFILE2",
        .bytes = sizeof(s->head),
        .attribute_bytes = sizeof(struct attribute),
        .attributes = {sizeof(s->head) + n * 8, n * sizeof(struct attribute)},
        .data = {sizeof(s->head) + n * (8 + sizeof(struct attribute)), 0},
        .features = {1 << FEATURE_EVENT_DESC},
    };
    put(x, &s->head, sizeof(s->head));
    for (uint64_t id = 1; id <= n; id++)
        put(x, &id, 8);
    for (size_t i = 0; i < n; i++) {
        struct attribute a = {attribute(), {sizeof(s->head) + i * 8, 8}};

        put(x, &a, sizeof(a));
    }
    put_kernel(x);
}

static void record(struct export *x, const struct record *r)
{
    struct state *s = x->state;
    uint8_t *seen = &s->seen[r->domain][r->vcpu / 8 % 32], bit = (uint8_t)(1 << r->vcpu % 8);
    int64_t ns = record_ns(x->t, r->tsc);
    uint64_t ticks = record_ticks(r);

    if (!r->event)
        return;
    if (!(*seen & bit))
        put_name(x, r);
    *seen |= bit;
    struct sample p = {
        .head = {PERF_RECORD_SAMPLE, PERF_RECORD_MISC_HYPERVISOR, sizeof(p)},
        .id = id_of(x, r->event),
        .ip = (uint64_t)record_value(r, "rip", 0),
        .pid = pid_of(r->domain),
        .tid = tid_of(r->domain, r->vcpu),
        .time = ns < 0 ? 0 : (uint64_t)ns,
        .cpu = r->cpu,
        .period = r->event->is_span ? span_ns(x->t, ticks) : 1,
    };
    if (p.ip)
        p.head.misc = p.ip >> 63 ? PERF_RECORD_MISC_KERNEL : PERF_RECORD_MISC_USER;
    put(x, &p, sizeof(p));
}

/* The names of the events, behind the data. */
static void put_descriptions(struct export *x, uint64_t at)
{
    uint32_t n = (uint32_t)x->t->schema.event_count, attr_bytes = sizeof(struct perf_event_attr);
    uint64_t bytes = 8 + n * (sizeof(struct perf_event_attr) + 4 + 4 + 64 + 8);
    struct section where = {at + sizeof(where), bytes};

    put(x, &where, sizeof(where));
    put(x, &n, 4);
    put(x, &attr_bytes, 4);
    for (uint32_t i = 0; i < n; i++) {
        const struct event *e = &x->t->schema.events[i];
        struct perf_event_attr attr = attribute();
        uint32_t ids = 1, length = 64;
        char name[64] = "";
        uint64_t id = i + 1;

        snprintf(name, sizeof(name), "%s:%s", e->class, e->name);
        put(x, &attr, sizeof(attr));
        put(x, &ids, 4);
        put(x, &length, 4);
        put(x, name, sizeof(name));
        put(x, &id, 8);
    }
}

static void end(struct export *x)
{
    struct state *s = x->state;
    long at = ftell(x->out);

    if (at < 0)
        fail("%s: %s", x->path, strerror(errno));
    put_descriptions(x, (uint64_t)at);
    s->head.data.bytes = (uint64_t)at - s->head.data.offset;
    rewind(x->out);
    put(x, &s->head, sizeof(s->head));
    free(s);
}

const struct format format_perf;
const struct format format_perf = {.wants_file = true, .begin = begin, .record = record, .end = end};
