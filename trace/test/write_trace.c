/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a trace file of records that are given as text, so that a test knows what must be found in it. A line is
 *
 *      CPU TIME EVENT FIELD...         all numbers; the fields in the order of events.def
 *
 * TIME is ns since boot, of a TSC with 1 GHz, and never decreases on a CPU. Lines beginning with # are comments. Domain 0
 * runs on every CPU at first. A CPU has one packet, so at most about 400 records. usage: write_trace FILE < TEXT
 */
#include "trace/each.h"
#include "trace/ring.h"
#include "trace/schema_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUS 8u

enum { BYTES_u8 = 1, BYTES_u16 = 2, BYTES_u32 = 4, BYTES_u64 = 8, BYTES_s16 = 2, BYTES_s32 = 4, BYTES_s64 = 8,
       BYTES_dur = 4, BYTES_brief = 4 };

#define FIELD(type, name, unit, meaning) BYTES_##type,
#define EVENT(number, name, class, kind, meaning, ...) {#name, number, TRACE_##kind, {EACH(FIELD, __VA_ARGS__) 0}},
static const struct {
    const char *name;
    uint16_t number;
    uint8_t flags;
    uint8_t bytes[9]; /* of each field, then 0 */
} events[] = {
#include "trace/events.def"
};

static struct {
    _Alignas(8) uint8_t data[TRACE_PACKET_BYTES];
    uint32_t at;
    uint64_t records;
} cpus[CPUS];

static void wrong(const char *why, const char *line)
{
    fprintf(stderr, "write_trace: %s: %s\n", why, line);
    exit(2);
}

static size_t event_named(const char *name)
{
    size_t i = 0;

    while (i < sizeof(events) / sizeof(events[0]) && strcmp(events[i].name, name))
        i++;
    return i;
}

static void put_line(const char *line)
{
    char name[40];
    unsigned cpu;
    unsigned long time;
    int used;
    size_t e;

    if (sscanf(line, "%u %lu %39s%n", &cpu, &time, name, &used) != 3 || cpu >= CPUS)
        wrong("not CPU TIME EVENT", line);
    e = event_named(name);
    if (e == sizeof(events) / sizeof(events[0]) || cpus[cpu].at + 40 > TRACE_PACKET_BYTES)
        wrong("no such event, or no room", line);

    uint8_t *record = cpus[cpu].data + cpus[cpu].at, *to = record + sizeof(struct record_head);
    const char *from = line + used;

    for (const uint8_t *bytes = events[e].bytes; *bytes; to += *bytes++) {
        char *end;
        long long v = strtoll(from, &end, 0);

        if (end == from)
            wrong("a field is missing", line);
        memcpy(to, &v, *bytes);
        from = end;
    }
    *(struct record_head *)record = (struct record_head){.time = (uint32_t)time, .event = events[e].number,
                                                         .words = (uint8_t)((to - record) / 8),
                                                         .flags = events[e].flags};
    cpus[cpu].at += (uint32_t)(to - record);
    cpus[cpu].records++;
}

static void put_cpu(FILE *f, uint32_t cpu)
{
    struct packet_header *h = (void *)cpus[cpu].data;
    struct file_ring said = {.magic = FILE_RING, .cpu = cpu, .attempted = cpus[cpu].records, .packets = 1};

    *h = (struct packet_header){.magic = TRACE_PACKET_MAGIC, .cpu = cpu, .end = UINT32_MAX,
                                .content_bits = cpus[cpu].at * 8ull, .packet_bits = cpus[cpu].at * 8ull};
    trace_schema_uuid(h->uuid);
    fwrite(&said, sizeof(said), 1, f);
    fwrite(cpus[cpu].data, cpus[cpu].at, 1, f);
}

static void put_file(FILE *f)
{
    static const uint64_t zeros;
    struct file_header h = {.magic = FILE_MAGIC, .version = FILE_VERSION, .tsc_hz = 1000000000, .mask = 0xff,
                            .schema_bytes = (trace_schema_bytes + 7) / 8 * 8};
    struct file_end e = {.magic = FILE_END};

    for (unsigned i = 0; i < CPUS; i++)
        h.cpus += cpus[i].records != 0;
    fwrite(&h, sizeof(h), 1, f);
    fwrite(trace_schema, trace_schema_bytes, 1, f);
    fwrite(&zeros, h.schema_bytes - trace_schema_bytes, 1, f);
    for (uint32_t i = 0; i < CPUS; i++)
        if (cpus[i].records)
            put_cpu(f, i);
    e.bytes = (uint64_t)ftell(f) + sizeof(e);
    fwrite(&e, sizeof(e), 1, f);
}

int main(int argc, char **argv)
{
    FILE *f = argc == 2 ? fopen(argv[1], "w") : NULL;
    char line[256];

    if (!f)
        return 2;
    for (unsigned i = 0; i < CPUS; i++)
        cpus[i].at = TRACE_HEADER_BYTES;
    while (fgets(line, sizeof(line), stdin))
        if (*line != '#' && *line != '\n')
            put_line(line);
    put_file(f);
    return fclose(f) != 0;
}
