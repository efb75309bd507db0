/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/boots.h"
#include "trace/vtrace/fail.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 4096u

static bool has(const uint8_t *data, size_t size, size_t at, const char *magic, size_t bytes)
{
    return size - at >= bytes && !memcmp(data + at, magic, 8);
}

static struct boot *add_boot(struct boots *b)
{
    b->of = must_realloc(b->of, b->count + 1, sizeof(b->of[0]));
    b->of[b->count] = (struct boot){0};
    return &b->of[b->count++];
}

static struct memory *add_memory(struct boots *b)
{
    b->memories = must_realloc(b->memories, b->memory_count + 1, sizeof(b->memories[0]));
    b->memories[b->memory_count] = (struct memory){0};
    return &b->memories[b->memory_count++];
}

/* --- Descriptions of rings in memory --- */

static uint64_t checksum_of(struct trace_descriptor d)
{
    uint64_t h = 0xcbf29ce484222325ull;

    d.checksum = 0;
    for (size_t i = 0; i < sizeof(d); i++)
        h = (h ^ ((const uint8_t *)&d)[i]) * 0x100000001b3ull;
    return h;
}

/* A description at that place, if there is one with that address. */
static bool description_at(const uint8_t *data, uint64_t bytes, struct trace_descriptor *d)
{
    if (bytes < sizeof(*d) || memcmp(data, TRACE_DESCRIPTOR_MAGIC, sizeof(d->magic)))
        return false;
    memcpy(d, data, sizeof(*d));
    return true;
}

static void add_described(struct boots *b, const struct trace_descriptor *d, uint64_t address)
{
    struct boot *new;

    if (d->version != TRACE_DESCRIPTOR_VERSION || d->bytes != sizeof(*d) || d->address != address ||
        d->checksum != checksum_of(*d)) {
        b->damaged = address;
        return;
    }
    new = add_boot(b);
    new->memory = b->memory_count - 1;
    new->descriptor = *d;
}

/* All pages of the newest memory. */
static void find_descriptions(struct boots *b)
{
    const struct memory *m = &b->memories[b->memory_count - 1];
    struct trace_descriptor d;

    for (size_t i = 0; i < m->count; i++) {
        const struct piece *p = &m->pieces[i];

        for (uint64_t at = -p->address % PAGE_BYTES; at < p->bytes; at += PAGE_BYTES)
            if (description_at(p->data + at, p->bytes - at, &d))
                add_described(b, &d, p->address + at);
    }
}

static int by_age(const void *x, const void *y)
{
    const struct boot *a = x, *b = y;

    return (a->descriptor.boot > b->descriptor.boot) - (a->descriptor.boot < b->descriptor.boot);
}

/* The bytes of memory without anything that says where they were: the first description tells. */
static void find_raw(struct boots *b, const uint8_t *data, size_t size)
{
    struct trace_descriptor d;

    for (size_t at = 0; at < size; at += PAGE_BYTES) {
        if (!description_at(data + at, size - at, &d))
            continue;
        if (d.checksum == checksum_of(d) && d.address >= at) {
            memory_add(add_memory(b), d.address - at, data, size);
            find_descriptions(b);
            return;
        }
        b->damaged = d.address;
    }
}

/* --- Files one behind the other --- */

static bool ends_well(const uint8_t *data, size_t size)
{
    struct file_end e;

    if (size < sizeof(e) || size % 8)
        return false;
    memcpy(&e, data + size - sizeof(e), sizeof(e));
    return !memcmp(e.magic, FILE_END, 8) && e.bytes == size;
}

/* Past the sections and packets of the trace file at `at`; `size` when it does not end. */
static size_t behind_trace(const uint8_t *data, size_t size, size_t at)
{
    struct file_header h;

    memcpy(&h, data + at, sizeof(h));
    if (h.schema_bytes % 8 || size - at - sizeof(h) < h.schema_bytes)
        return size;
    for (at += sizeof(h) + h.schema_bytes; at < size;) {
        struct file_section s;
        struct packet_header p;
        uint64_t bytes = 0;

        if (has(data, size, at, FILE_END, sizeof(struct file_end)))
            return at + sizeof(struct file_end);
        if (has(data, size, at, FILE_RING, sizeof(struct file_ring)))
            bytes = sizeof(struct file_ring);
        else if (size - at >= sizeof(p) && (memcpy(&p, data + at, sizeof(p)), p.magic == TRACE_PACKET_MAGIC))
            bytes = p.packet_bits / 8;
        else if (size - at >= sizeof(s) && (memcpy(&s, data + at, sizeof(s)), !memcmp(s.magic, "VANT", 4)))
            bytes = s.bytes;
        if (!bytes || bytes % 8 || bytes > size - at)
            return size;
        at += bytes;
    }
    return size;
}

/* A piece of memory that the hypervisor wrote out; a description begins another boot. */
static size_t take_piece(struct boots *b, const uint8_t *data, size_t size, size_t at)
{
    struct trace_descriptor d;
    struct file_memory p;
    uint64_t bytes;

    memcpy(&p, data + at, sizeof(p));
    if (p.bytes < sizeof(p) || p.bytes % 8)
        return size;
    bytes = (p.bytes < size - at ? p.bytes : size - at) - sizeof(p);
    data += at + sizeof(p);
    if (description_at(data, bytes, &d)) {
        add_memory(b);
        add_described(b, &d, p.address);
    }
    if (b->memory_count)
        memory_add(&b->memories[b->memory_count - 1], p.address, data, bytes);
    return at + sizeof(p) + bytes;
}

static void find_files(struct boots *b, const uint8_t *data, size_t size)
{
    size_t at = 0, end;

    while (at < size) {
        if (has(data, size, at, FILE_MEMORY, sizeof(struct file_memory))) {
            at = take_piece(b, data, size, at);
            continue;
        }
        if (!has(data, size, at, FILE_MAGIC, sizeof(struct file_header)))
            return;
        end = behind_trace(data, size, at);
        add_boot(b);
        b->of[b->count - 1].data = data + at;
        b->of[b->count - 1].size = end - at;
        at = end;
    }
}

void boots_find(struct boots *b, const uint8_t *data, size_t size)
{
    *b = (struct boots){0};
    if (has(data, size, 0, FILE_MAGIC, 8)) {
        /* The usual file is not walked: that would touch all of it. */
        if (!ends_well(data, size) && size >= sizeof(struct file_header)) {
            find_files(b, data, size);
            return;
        }
        add_boot(b);
        b->of[0].data = data;
        b->of[0].size = size;
    } else if (has(data, size, 0, FILE_MEMORY, sizeof(struct file_memory))) {
        find_files(b, data, size);
    } else if (memory_of_core(add_memory(b), data, size)) {
        find_descriptions(b);
    } else {
        b->memory_count = 0;
        find_raw(b, data, size);
    }
    if (b->memory_count == 1 && b->count > 1 && !b->of[0].data && !b->of[b->count - 1].data)
        qsort(b->of, b->count, sizeof(b->of[0]), by_age);
}

void boots_free(struct boots *b)
{
    for (size_t i = 0; i < b->memory_count; i++)
        memory_free(&b->memories[i]);
    free(b->memories);
    free(b->of);
}
