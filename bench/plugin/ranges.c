/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/plugin/ranges.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The Xen ABI gives a hypervisor L4 slots 256-271; a guest's kernel lies above, its programs below. */
#define HYPERVISOR_START 0xffff800000000000ull
#define HYPERVISOR_END   0xffff880000000000ull

static enum space space_of(uint64_t va)
{
    if (va < HYPERVISOR_START)
        return SPACE_USER;
    return va < HYPERVISOR_END ? SPACE_HYPERVISOR : SPACE_KERNEL;
}

static bool add(struct ranges *r, struct range range)
{
    struct range *longer = realloc(r->range, (r->n + 1) * sizeof *longer);
    if (!longer)
        return false;
    r->range = longer;
    r->range[r->n++] = range;
    return true;
}

static bool read_lines(struct ranges *r, FILE *f)
{
    struct range range;
    uint64_t last = 0;
    char name[256];
    while (fscanf(f, "%" SCNx64 " %" SCNx64 " %255s %u", &range.start, &range.end, name, &range.rank) ==
           4) {
        range.name = strdup(name);
        range.space = space_of(range.start);
        if (range.start < last || range.end < range.start || !range.name || !add(r, range))
            return false;
        last = range.end;
    }
    return feof(f);
}

/* The rest of the hypervisor goes behind its own ranges, the other two behind everything. */
static bool add_rests(struct ranges *r)
{
    const struct range rest = {.start = HYPERVISOR_START, .end = HYPERVISOR_START, .name = "?",
                               .space = SPACE_HYPERVISOR};
    while (r->hypervisor < r->n && r->range[r->hypervisor].space == SPACE_HYPERVISOR)
        r->hypervisor++;
    if (!add(r, rest))
        return false;
    memmove(&r->range[r->hypervisor + 1], &r->range[r->hypervisor],
            (r->n - 1 - r->hypervisor) * sizeof rest);
    r->range[r->hypervisor++] = rest;
    return add(r, (struct range){.name = "?", .space = SPACE_USER}) &&
           add(r, (struct range){.name = "?", .space = SPACE_KERNEL});
}

bool ranges_read(struct ranges *r, const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    bool ok = read_lines(r, f);
    fclose(f);
    return ok && add_rests(r);
}

unsigned ranges_find(const struct ranges *r, uint64_t va)
{
    enum space space = space_of(va);
    unsigned low = space == SPACE_HYPERVISOR ? 0 : r->hypervisor;
    unsigned high = space == SPACE_HYPERVISOR ? r->hypervisor - 1 : r->n - 2;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (va < r->range[middle].start)
            high = middle;
        else if (va >= r->range[middle].end)
            low = middle + 1;
        else
            return middle;
    }
    return space == SPACE_HYPERVISOR ? r->hypervisor - 1 : space == SPACE_USER ? r->n - 2 : r->n - 1;
}
