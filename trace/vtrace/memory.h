/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The physical memory of a machine as a file holds it: an ELF core (QEMU's dump-guest-memory, virsh dump
 * --memory-only), the bytes themselves (QEMU's pmemsave, a RAM file), or the pieces that the hypervisor writes
 * out of a boot before its own (trace/ring.h).
 */
#ifndef VTRACE_MEMORY_H
#define VTRACE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct piece {
    uint64_t address, bytes; /* physical */
    const uint8_t *data;
};

struct memory {
    struct piece *pieces;
    size_t count;
};

void memory_add(struct memory *m, uint64_t address, const uint8_t *data, uint64_t bytes);
void memory_free(struct memory *m);

/* What lies at an address, and how many bytes from there on are known; NULL: nothing is. Unaligned. */
const uint8_t *memory_at(const struct memory *m, uint64_t address, uint64_t *bytes);

/* The pieces of an ELF core. False: it is none, or none of these 64-bit machines. */
bool memory_of_core(struct memory *m, const uint8_t *data, size_t size);

#endif
