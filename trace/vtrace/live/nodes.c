/* SPDX-License-Identifier: BSD-2-Clause */
/*
 *      /local/domain/<n>/console/port                                  the ring is grant 0
 *                        store/port                                    grant 1
 *                        device/vbd/<device>/[queue-<i>/]ring-ref, ring-ref0, event-channel
 *                        device/vif/<device>/[queue-<i>/]tx-ring-ref, rx-ring-ref, event-channel, event-channel-tx,
 *                                                                     event-channel-rx
 */
#include "trace/vtrace/live/nodes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>
#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/io/blkif.h>
#include <xen/io/console.h>
#include <xen/io/netif.h>
#include <xen/io/xs_wire.h>

#define PATH_MAX_BYTES 256
#define QUEUES_MAX     64u

struct search {
    struct xs_handle *store;
    void (*found)(void *arg, const struct vantage_ring *r);
    void *arg;
};

/* A number of 32 bits that a node holds; false: there is none. */
static bool number_at(const struct search *s, const char *folder, const char *name, uint32_t *value)
{
    char path[PATH_MAX_BYTES], *text, *end;
    unsigned bytes;
    unsigned long n;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    text = xs_read(s->store, XBT_NULL, path, &bytes);
    if (!text)
        return false;
    errno = 0;
    n = strtoul(text, &end, 10);
    *value = (uint32_t)n;
    n = end != text && !*end && !errno && n <= UINT32_MAX;
    free(text);
    return n;
}

/* The numbers that the folders in a folder are called. */
static void each_folder(const struct search *s, const char *folder, void (*what)(const struct search *, const char *,
                        struct vantage_ring), struct vantage_ring r, void (*name)(struct vantage_ring *, uint32_t))
{
    unsigned count = 0;
    char **entries = xs_directory(s->store, XBT_NULL, folder, &count);

    for (unsigned i = 0; i < count; i++) {
        char path[PATH_MAX_BYTES], *end;
        unsigned long n = strtoul(entries[i], &end, 10);

        if (end == entries[i] || *end || n > UINT32_MAX)
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]);
        name(&r, (uint32_t)n);
        what(s, path, r);
    }
    free(entries);
}

static void tell(const struct search *s, struct vantage_ring r, enum vantage_ring_kind kind, uint32_t page,
                  uint32_t entries)
{
    r.kind = kind;
    r.page = page;
    r.entries = entries;
    s->found(s->arg, &r);
}

/* --- Disks --- */

/* The queue's first page holds the indices. */
static void disk_queue(const struct search *s, const char *folder, struct vantage_ring r, uint32_t pages)
{
    uint32_t page;

    if ((number_at(s, folder, "ring-ref", &page) || number_at(s, folder, "ring-ref0", &page)) &&
        number_at(s, folder, "event-channel", &r.port))
        tell(s, r, VANTAGE_RING_BLOCK, page, __RING_SIZE((struct blkif_sring *)0, (size_t)pages * 4096));
}

/* --- Network interfaces --- */

static void net_ring(const struct search *s, const char *folder, struct vantage_ring r, bool is_tx)
{
    uint32_t page;

    if (number_at(s, folder, is_tx ? "tx-ring-ref" : "rx-ring-ref", &page) &&
        (number_at(s, folder, is_tx ? "event-channel-tx" : "event-channel-rx", &r.port) ||
         number_at(s, folder, "event-channel", &r.port)))
        tell(s, r, is_tx ? VANTAGE_RING_NET_TX : VANTAGE_RING_NET_RX, page,
              is_tx ? __RING_SIZE((struct netif_tx_sring *)0, 4096) : __RING_SIZE((struct netif_rx_sring *)0, 4096));
}

static void net_queue(const struct search *s, const char *folder, struct vantage_ring r, uint32_t pages)
{
    (void)pages;
    net_ring(s, folder, r, true);
    net_ring(s, folder, r, false);
}

/* --- Devices --- */

static void each_queue(const struct search *s, const char *folder, struct vantage_ring r,
                       void (*queue)(const struct search *, const char *, struct vantage_ring, uint32_t))
{
    uint32_t queues = 1, order = 0, pages = 1;
    char path[PATH_MAX_BYTES];

    if (number_at(s, folder, "ring-page-order", &order) && order <= 4)
        pages = 1u << order;
    if (!number_at(s, folder, "multi-queue-num-queues", &queues) || queues <= 1) { /* one has no folder of its own */
        queue(s, folder, r, pages);
        return;
    }
    for (r.queue = 0; r.queue < queues && r.queue < QUEUES_MAX; r.queue++) {
        snprintf(path, sizeof(path), "%s/queue-%u", folder, r.queue);
        queue(s, path, r, pages);
    }
}

static void disk(const struct search *s, const char *folder, struct vantage_ring r)
{
    each_queue(s, folder, r, disk_queue);
}

static void interface(const struct search *s, const char *folder, struct vantage_ring r)
{
    each_queue(s, folder, r, net_queue);
}

static void name_device(struct vantage_ring *r, uint32_t n)
{
    r->device = n;
}

/* --- Domains --- */

static void bytes_ring(const struct search *s, const char *domain, const char *folder, struct vantage_ring r,
                       enum vantage_ring_kind kind)
{
    char path[PATH_MAX_BYTES];
    bool is_console = kind == VANTAGE_RING_CONSOLE;

    snprintf(path, sizeof(path), "%s/%s", domain, folder);
    if (number_at(s, path, "port", &r.port))
        tell(s, r, kind, is_console ? GNTTAB_RESERVED_CONSOLE : GNTTAB_RESERVED_XENSTORE,
              is_console ? sizeof(((struct xencons_interface *)0)->out) : XENSTORE_RING_SIZE);
}

static void domain(const struct search *s, const char *folder, struct vantage_ring r)
{
    char path[PATH_MAX_BYTES];

    bytes_ring(s, folder, "console", r, VANTAGE_RING_CONSOLE);
    bytes_ring(s, folder, "store", r, VANTAGE_RING_XENSTORE);
    snprintf(path, sizeof(path), "%s/device/vbd", folder);
    each_folder(s, path, disk, r, name_device);
    snprintf(path, sizeof(path), "%s/device/vif", folder);
    each_folder(s, path, interface, r, name_device);
}

static void name_domain(struct vantage_ring *r, uint32_t n)
{
    r->domain = (uint16_t)n;
}

void nodes_each_ring(struct xs_handle *store, void (*found)(void *arg, const struct vantage_ring *r), void *arg)
{
    struct search s = {store, found, arg};

    each_folder(&s, "/local/domain", domain, (struct vantage_ring){0}, name_domain);
}
