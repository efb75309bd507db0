/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/live/follow.h"
#include "trace/vtrace/live/nodes.h"
#include "hypervisor/pv/vantage_op.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

struct followed {
    const struct live *live;
    struct xs_handle *store;
    struct xs_handle *changes; /* a connection of its own: answers to questions do not come between its events */
    struct known {
        uint16_t domain, ring;
    } *rings; /* that we registered */
    size_t count;
};

static bool is_known(const struct followed *f, uint16_t domain, uint16_t ring)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->rings[i].domain == domain && f->rings[i].ring == ring)
            return true;
    return false;
}

/* What the hypervisor refuses is not there yet, or not any more: it is tried again when something changes. */
static void enter(void *arg, const struct vantage_ring *r)
{
    struct followed *f = arg;
    long ring = live_call_with(f->live, VANTAGE_RING_REGISTER, r, sizeof(*r));

    if (ring < 0 && errno == ENOSYS)
        fail("the hypervisor below cannot sample rings: it is older than this program");
    if (ring < 0 || is_known(f, r->domain, (uint16_t)ring))
        return;
    f->rings = must_realloc(f->rings, f->count + 1, sizeof(*f->rings));
    f->rings[f->count++] = (struct known){r->domain, (uint16_t)ring};
}

struct followed *rings_follow_begin(const struct live *l)
{
    struct followed *f = must_calloc(1, sizeof(*f));

    f->live = l;
    f->store = xs_open(0);
    f->changes = xs_open(0);
    if (!f->store || !f->changes || !xs_watch(f->changes, "/local/domain", "rings"))
        fail("xenstore does not answer, which tells where the rings are: %s", strerror(errno));
    nodes_each_ring(f->store, enter, f);
    return f;
}

/* Many nodes change; of a new ring the last that is written is its port, or the state of the device. */
static bool tells_of_rings(const char *path)
{
    const char *last = strrchr(path, '/');

    return last && (!strncmp(last, "/event-channel", 14) || !strcmp(last, "/port") || !strcmp(last, "/state"));
}

void rings_follow(struct followed *f)
{
    bool is_new = false;
    char **event;

    while ((event = xs_check_watch(f->changes))) {
        is_new |= tells_of_rings(event[XS_WATCH_PATH]);
        free(event);
    }
    if (is_new)
        nodes_each_ring(f->store, enter, f);
}

void rings_follow_end(struct followed *f)
{
    for (size_t i = 0; i < f->count; i++) /* those that have ended are unknown by now */
        live_call(f->live, VANTAGE_RING_UNREGISTER, f->rings[i].domain | (uint64_t)f->rings[i].ring << 16);
    xs_close(f->changes);
    xs_close(f->store);
    free(f->rings);
    free(f);
}
