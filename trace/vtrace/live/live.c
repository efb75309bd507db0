/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/live/live.h"
#include "hypervisor/pv/vantage_op.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xencall.h>
#include <xenforeignmemory.h>
#include <xentoollog.h>
#include <xen/xen.h>

#define PAGE 4096u

long live_call(const struct live *l, unsigned command, uint64_t argument)
{
    return xencall2(l->calls, __HYPERVISOR_arch_7, command, argument);
}

long live_call_with(const struct live *l, unsigned command, const void *argument, size_t bytes)
{
    void *copy = xencall_alloc_buffer(l->calls, bytes);
    long result;

    if (!copy)
        fail("there is not enough memory");
    memcpy(copy, argument, bytes);
    result = live_call(l, command, (uint64_t)(uintptr_t)copy);
    xencall_free_buffer(l->calls, copy);
    return result;
}

/* Frames of the hypervisor's own that lie together. */
static const void *map(const struct live *l, uint64_t address, uint64_t bytes)
{
    size_t pages = (bytes + address % PAGE + PAGE - 1) / PAGE;
    xen_pfn_t *frames = must_calloc(pages, sizeof(*frames));
    int *errors = must_calloc(pages, sizeof(*errors));
    const char *at;

    for (size_t i = 0; i < pages; i++)
        frames[i] = address / PAGE + i;
    at = xenforeignmemory_map(l->memory, DOMID_XEN, PROT_READ, pages, frames, errors);
    for (size_t i = 0; at && i < pages; i++)
        if (errors[i])
            fail("frame 0x%lx of the hypervisor cannot be mapped: %s", (unsigned long)frames[i], strerror(-errors[i]));
    if (!at)
        fail("the hypervisor's memory cannot be mapped: %s", strerror(errno));
    free(frames);
    free(errors);
    return at + address % PAGE;
}

/* The descriptor changes with every choice of what is recorded: read it until it fits its checksum. */
static bool read_descriptor(const struct trace_descriptor *page, struct trace_descriptor *d)
{
    uint64_t h = 0xcbf29ce484222325ull, checksum;
    uint8_t *bytes = (uint8_t *)d;

    memcpy(d, page, sizeof(*d));
    checksum = d->checksum;
    d->checksum = 0;
    for (size_t i = 0; i < sizeof(*d); i++)
        h = (h ^ bytes[i]) * 0x100000001b3ull;
    d->checksum = checksum;
    return h == checksum && d->version == TRACE_DESCRIPTOR_VERSION && d->bytes == sizeof(*d);
}

static void find(struct live *l, struct trace_descriptor *d)
{
    long frame = live_call(l, VANTAGE_TRACE_WHERE, 0);
    const void *page;
    int tries = 0;

    if (frame < 0 && (errno == EPERM || errno == EACCES))
        fail("the hypervisor answers dom0 alone");
    if (frame < 0)
        fail("the hypervisor below is not Vantage, or one older than this program (%s)", strerror(errno));
    page = map(l, (uint64_t)frame * PAGE, PAGE);
    while (!read_descriptor(page, d))
        if (++tries == 1000)
            fail("the hypervisor describes its trace in a way this program does not know");
    munmap((void *)page, PAGE);
}

static void open_library(struct live *l)
{
    /* Their own complaints come on top of ours. */
    xentoollog_logger *quiet = (void *)xtl_createlogger_stdiostream(stderr, XTL_CRITICAL, 0);

    l->calls = xencall_open(quiet, 0);
    l->memory = l->calls ? xenforeignmemory_open(quiet, 0) : NULL;
    if (l->memory)
        return;
    if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
        fail("there is no /dev/xen/privcmd: this must run in dom0, with the module xen-privcmd loaded");
    fail("/dev/xen/privcmd: %s; this must run as root in dom0", strerror(errno));
}

void live_open(struct live *l)
{
    struct trace_descriptor d;
    char why[200];

    *l = (struct live){0};
    open_library(l);
    find(l, &d);
    l->header = d.header;
    l->schema_text = map(l, d.schema, d.header.schema_bytes);
    if (!schema_parse(&l->schema, l->schema_text, d.header.schema_bytes, why, sizeof(why)))
        fail("the hypervisor's schema: %s", why);
}

static const struct trace_ring *map_ring(const struct live *l, uint64_t address)
{
    const struct trace_ring *head = map(l, address, PAGE);
    uint64_t bytes = head->bytes;

    munmap((void *)head, PAGE);
    return map(l, address, bytes);
}

void live_map_rings(struct live *l)
{
    struct trace_descriptor d;

    find(l, &d);
    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++)
        if (d.ring[i])
            l->rings[i] = map_ring(l, d.ring[i]);
}

void live_map_histograms(struct live *l)
{
    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++) {
        const struct trace_histograms *head;
        uint64_t bytes;

        if (!l->rings[i] || !l->rings[i]->histograms)
            continue;
        head = map(l, l->rings[i]->histograms, PAGE);
        bytes = head->bytes;
        munmap((void *)head, PAGE);
        l->histograms[i] = map(l, l->rings[i]->histograms, bytes);
    }
}

bool live_map_copies(struct live *l)
{
    unsigned cpus = 0;

    live_map_rings(l);
    for (unsigned i = 0; i < TRACE_DESCRIPTOR_CPUS; i++) {
        if (!l->rings[i])
            continue;
        l->rings[i] = l->rings[i]->copy ? map_ring(l, l->rings[i]->copy) : NULL;
        cpus += l->rings[i] != NULL;
    }
    l->header.cpus = cpus;
    return cpus;
}
