/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All rings as one file (trace/ring.h), byte by byte out of QEMU's debug port:
 * -chardev file,id=trace,path=FILE -device isa-debugcon,chardev=trace,iobase=0xe9
 */
#include "lib/bug.h"
#include "lib/string.h"
#include "trace/histogram.h"
#include "trace/rings.h"
#include "trace/schema_text.h"

#define DEBUG_PORT 0xe9

static uint8_t packet[TRACE_PACKET_BYTES] __attribute__((aligned(8)));
static uint64_t written;

static void put(const void *data, size_t bytes)
{
    written += bytes;
    __asm__ volatile("rep outsb" : "+S"(data), "+c"(bytes) : "d"(DEBUG_PORT) : "memory");
}

static unsigned rings(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < MAX_CPUS; i++)
        n += trace_rings[i] != NULL;
    return n;
}

struct file_header trace_file_header(uint8_t mask)
{
    return (struct file_header){
        .magic = FILE_MAGIC,
        .version = FILE_VERSION,
        .cpus = rings(),
        .tsc_hz = clock_tsc_khz() * 1000,
        .tsc_at_boot = clock_tsc_at_boot(),
        .wall_at_boot = clock_wall_at_boot(),
        .boot_id = trace_boot_id(),
        .mask = mask,
        .schema_bytes = ROUND_UP(trace_schema_bytes, 8),
    };
}

static void put_header(uint8_t mask)
{
    static const uint64_t zeros; /* packets lie at multiples of 8 */
    struct file_header h = trace_file_header(mask);

    put(&h, sizeof(h));
    put(trace_schema, trace_schema_bytes);
    put(&zeros, h.schema_bytes - trace_schema_bytes);
}

static void put_ring(const struct trace_ring *r)
{
    uint64_t end, seq = trace_first_packet(r, &end);
    struct file_ring f = {
        .magic = FILE_RING,
        .cpu = r->cpu,
        .mode = r->mode,
        .attempted = trace_written(r) + r->dropped,
        .dropped = r->dropped,
        .packets = end - seq,
    };

    put(&f, sizeof(f));
    for (; seq < end; seq++)
        put(packet, trace_read(r, seq, true, packet));
}

static void put_histograms(const struct trace_ring *r)
{
    const struct trace_histograms *h = direct_map(r->histograms);

    put(h, h->bytes);
}

/* QEMU's device says its own number. */
bool trace_has_debug_port(void)
{
    return in8(DEBUG_PORT) == DEBUG_PORT;
}

void trace_to_debug_port(void)
{
    struct file_end e = {.magic = FILE_END};
    uint8_t mask;

    if (!trace_has_rings)
        return;
    if (!trace_has_debug_port()) {
        printk("trace: there is no debug port; QEMU has one as isa-debugcon,iobase=0xe9\n");
        return;
    }
    mask = trace_choose(&(struct trace_set){{0}});
    written = 0;
    put_header(mask);
    for (unsigned i = 0; i < MAX_CPUS; i++)
        if (trace_rings[i])
            put_ring(trace_rings[i]);
    for (unsigned i = 0; i < MAX_CPUS; i++)
        if (trace_rings[i])
            put_histograms(trace_rings[i]);
    e.bytes = written + sizeof(e);
    put(&e, sizeof(e));
    printk("trace: %lu bytes written to the debug port\n", e.bytes);
}

void trace_memory_to_debug_port(uint64_t address, uint64_t bytes)
{
    struct file_memory m = {.magic = FILE_MEMORY, .bytes = sizeof(m) + bytes, .address = address};

    put(&m, sizeof(m));
    put(direct_map(address), bytes);
}
