/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the rings in a copy of a machine's memory as trace/ring.h says, and reads them by the ring's own
 * code. TAP. usage: test_descriptor MEMORY TRACE, the second what the machine wrote to its debug port
 */
#include "trace/test/host.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static uint8_t *map(const char *path, size_t *bytes)
{
    struct stat s;
    int fd = open(path, O_RDONLY);
    void *data;

    if (fd < 0 || fstat(fd, &s) || !s.st_size)
        return NULL;
    data = mmap(NULL, (size_t)s.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    *bytes = (size_t)s.st_size;
    return data == MAP_FAILED ? NULL : data;
}

static bool is_right(struct trace_descriptor *d, uint64_t address, uint64_t room)
{
    uint64_t said = d->checksum, h = 0xcbf29ce484222325ull;

    if (memcmp(d->magic, TRACE_DESCRIPTOR_MAGIC, sizeof(d->magic)) || d->address != address ||
        d->bytes > room)
        return false;
    d->checksum = 0;
    for (uint32_t i = 0; i < d->bytes; i++)
        h = (h ^ ((uint8_t *)d)[i]) * 0x100000001b3ull;
    d->checksum = said;
    return h == said;
}

static struct trace_descriptor *find(uint8_t *memory, size_t bytes)
{
    for (size_t at = 0; at + 4096 <= bytes; at += 4096)
        if (is_right((void *)(memory + at), at, bytes - at))
            return (void *)(memory + at);
    return NULL;
}

static uint64_t records(const uint8_t *packet, uint32_t bytes)
{
    uint64_t n = 0;

    for (uint32_t at = TRACE_HEADER_BYTES; at < bytes; n++) {
        const struct record_head *h = (const void *)(packet + at);

        if (!h->words || at + h->words * 8u > bytes)
            return 0;
        at += h->words * 8u;
    }
    return n;
}

/* Records in the packets that are there. */
static uint64_t read_ring(const struct trace_ring *r)
{
    static uint64_t packet[TRACE_PACKET_BYTES / 8];
    uint64_t end, seq = trace_first_packet(r, &end), n = 0;

    for (; seq < end; seq++)
        n += records((uint8_t *)packet, trace_read(r, seq, true, packet));
    return n;
}

int main(int argc, char **argv)
{
    size_t bytes = 0, trace_bytes = 0, head;
    uint8_t *memory = argc == 3 ? map(argv[1], &bytes) : NULL;
    uint8_t *trace = argc == 3 ? map(argv[2], &trace_bytes) : NULL;
    struct trace_descriptor *d = memory ? find(memory, bytes) : NULL;

    check(d, "the descriptor is found in memory, with its checksum");
    if (!d || !trace || trace_bytes < sizeof(struct file_header))
        return 1;
    const struct trace_ring *r = (void *)(memory + d->ring[0]);
    head = sizeof(struct file_header) + d->header.schema_bytes;
    const struct file_ring *said = (void *)(trace + head);
    uint64_t n = read_ring(r);
    check(!memcmp(memory + d->schema, trace + sizeof(struct file_header), d->header.schema_bytes - 8),
          "the schema is where it says");
    printf("# %" PRIu64 " records, %" PRIu64 " written\n", n, said->attempted);
    check(n > 20 && n == said->attempted, "memory and debug port tell of the same records");
    d->ring[0] ^= 1;
    check(!find(memory, bytes), "a damaged descriptor is not believed");
    return check_end();
}
