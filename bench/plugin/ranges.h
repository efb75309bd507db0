/* SPDX-License-Identifier: BSD-2-Clause */
/* Named address ranges: whose instruction is this? */
#ifndef BENCH_PLUGIN_RANGES_H
#define BENCH_PLUGIN_RANGES_H

#include <stdbool.h>
#include <stdint.h>

enum space { SPACE_USER, SPACE_KERNEL, SPACE_HYPERVISOR, SPACES };

struct range {
    uint64_t start, end;
    char *name;
    unsigned rank;
    enum space space;
};

/* The hypervisor's ranges come first, the rest of its space, `?`, last of them; user and kernel rest at the end. */
struct ranges {
    struct range *range;
    unsigned n, hypervisor;
};

/* Reads a file of `START END NAME RANK` lines; false if it cannot be read or is not sorted. */
bool ranges_read(struct ranges *r, const char *path);

/* The index of the range an address is in. */
unsigned ranges_find(const struct ranges *r, uint64_t va);

#endif
