/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boots of a machine that a file tells of, in their order: trace files one behind the other, as the debug port
 * leaves them when the machine starts anew; the memory of a boot that ended without writing its trace; or a copy
 * of the whole memory, with the rings of the boot that ran and of the one before it.
 */
#ifndef VTRACE_BOOTS_H
#define VTRACE_BOOTS_H

#include "trace/ring.h"
#include "trace/vtrace/memory.h"

struct boot {
    const uint8_t *data; /* of its trace file; NULL: it is in memory */
    size_t size;
    size_t memory;       /* number of the memory it is in */
    struct trace_descriptor descriptor;
};

struct boots {
    struct boot *of;
    size_t count;
    struct memory *memories;
    size_t memory_count;
    uint64_t damaged; /* address of a description that is not right; 0: there was none */
};

/* What is in so many bytes; they stay where they are. */
void boots_find(struct boots *b, const uint8_t *data, size_t size);
void boots_free(struct boots *b);

#endif
