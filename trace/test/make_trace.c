/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a trace file of two CPUs with random records of every event, for the tests of vtrace: the ring's
 * own code fills the packets. usage: make_trace FILE RECORDS SEED [PACKETS, a power of two]
 */
#include "trace/test/emissions.h"
#include "trace/test/host.h"
#include "trace/each.h"
#include "trace/histogram.h"
#include "trace/schema_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKETS 16u /* of each ring, when none are asked for */

static uint8_t blocks[2][BLOCK_BYTES] __attribute__((aligned(BLOCK_BYTES)));
static uint8_t *memory[2];
static struct trace_ring *rings[2];
static uint64_t random_state;

enum { BYTES_u8 = 1, BYTES_u16 = 2, BYTES_u32 = 4, BYTES_u64 = 8, BYTES_s16 = 2, BYTES_s32 = 4, BYTES_s64 = 8,
       BYTES_dur = 4, BYTES_brief = 4 };
#define BYTES(type, name, unit, meaning) BYTES_##type +
#define EVENT(number, name, class, kind, meaning, ...) {number, (EACH(BYTES, __VA_ARGS__) 0) / 8},
static const struct {
    uint16_t number, words;
} events[] = {
#include "trace/events.def"
};

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void emit_random(void *unused)
{
    unsigned i = next_random() % (sizeof(events) / sizeof(events[0]));
    uint64_t w[4] = {next_random() & 0xff, next_random() & 0xffff, next_random(), next_random()};

    emit_words(RECORD_HEAD(events[i].number, events[i].words, 0), events[i].words, w);
}

static void put_ring(FILE *f, const struct trace_ring *r)
{
    static uint64_t packet[TRACE_PACKET_BYTES / 8];
    uint64_t end, seq = trace_first_packet(r, &end);
    struct file_ring said = {FILE_RING, r->cpu, (uint16_t)r->mode, 0, trace_written(r) + r->dropped, r->dropped,
                             end - seq, 0};

    fwrite(&said, sizeof(said), 1, f);
    for (; seq < end; seq++)
        fwrite(packet, 1, trace_read(r, seq, true, packet), f);
}

/* Each of both CPUs has counted the odd or the even values from 1 to 1000 in every row; a small file has one row. */
static void put_histograms(FILE *f, unsigned cpu, bool is_small)
{
    enum {
#define HISTOGRAM(name, unit, rows, of, meaning) +(rows)
        ROWS = 0
#include "trace/histograms.def"
#undef HISTOGRAM
    };
    struct trace_histograms h = {FILE_HISTOGRAMS, 0, cpu, is_small ? 1 : ROWS, TRACE_STEPS, TRACE_BUCKETS};
    struct trace_histogram row = {0};

    for (uint64_t v = 1 + cpu; v <= 1000; v += 2) {
        row.bucket[trace_bucket(v)]++;
        row.sum += v;
        row.max = v;
    }
    h.bytes = sizeof(h) + h.rows * sizeof(row);
    fwrite(&h, sizeof(h), 1, f);
    for (unsigned i = 0; i < h.rows; i++)
        fwrite(&row, sizeof(row), 1, f);
}

static void put_file(FILE *f, bool is_small)
{
    static const uint64_t zeros;
    struct file_header h = {
        .magic = FILE_MAGIC,
        .version = FILE_VERSION,
        .cpus = 2,
        .tsc_hz = 2000000000,
        .tsc_at_boot = rings[0]->head ? ((struct packet_header *)(memory[0] + TRACE_PACKET_BYTES))->begin : 0,
        .wall_at_boot = 1600000000ull * 1000000000,
        .mask = 0xff,
        .schema_bytes = ROUND_UP(trace_schema_bytes, 8),
    };
    struct file_end e = {.magic = FILE_END};

    fwrite(&h, sizeof(h), 1, f);
    fwrite(trace_schema, trace_schema_bytes, 1, f);
    fwrite(&zeros, h.schema_bytes - trace_schema_bytes, 1, f);
    for (unsigned i = 0; i < 2; i++)
        put_ring(f, rings[i]);
    for (unsigned i = 0; i < 2; i++)
        put_histograms(f, i, is_small);
    e.bytes = (uint64_t)ftell(f) + sizeof(e);
    fwrite(&e, sizeof(e), 1, f);
}

int main(int argc, char **argv)
{
    FILE *f = argc >= 4 ? fopen(argv[1], "w") : NULL;
    uint32_t packets = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 0) : PACKETS;

    if (!f)
        return 2;
    random_state = strtoull(argv[3], NULL, 0) * 2 + 1;
    for (unsigned i = 0; i < 2; i++) {
        size_t bytes = (size_t)(1 + packets) * TRACE_PACKET_BYTES;

        memory[i] = aligned_alloc(TRACE_PACKET_BYTES, bytes);
        if (!memory[i])
            return 2;
        rings[i] = trace_ring_init(memory[i], bytes);
        trace_schema_uuid(rings[i]->uuid);
        rings[i]->cpu = i;
        block_init(blocks[i], rings[i]);
    }
    for (long n = atol(argv[2]); n > 0; n--)
        block_run(blocks[n % 3 == 0], emit_random, NULL);
    put_file(f, atol(argv[2]) < 1000);
    return fclose(f) != 0;
}
