/* SPDX-License-Identifier: BSD-2-Clause */
#include "guests.h"
#include "event/channel.h"
#include "hypercalls.h"
#include "sched/sched.h"
#include <string.h>
#include <xen/event_channel.h>

struct domain *dom0, *dom1, *dom2;

long ev(struct domain *d, uint32_t cmd, void *arg)
{
    return hc_event_channel_op(d->vcpus[0], cmd, at(arg));
}

bool pending(struct domain *d, uint32_t port)
{
    return d->shared_info->evtchn_pending[port / 64] >> port % 64 & 1;
}

void clear(struct domain *d)
{
    memset(d->shared_info->evtchn_pending, 0, sizeof(d->shared_info->evtchn_pending));
    memset(d->shared_info->evtchn_mask, 0, sizeof(d->shared_info->evtchn_mask));
    for (unsigned i = 0; i < d->vcpu_count; i++) {
        d->vcpus[i]->info->evtchn_pending_sel = 0;
        d->vcpus[i]->info->evtchn_upcall_pending = 0;
    }
}

uint32_t alloc(struct domain *d, domid_t remote)
{
    struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = remote};

    return ev(d, EVTCHNOP_alloc_unbound, &a) ? 0 : a.port;
}

void run(struct vcpu *v)
{
    sched_up(v);
    for (int i = 0; i < 8 && current_vcpu() != v; i++)
        this_cpu()->current = sched_next(current_vcpu());
}

static struct domain *make(domid_t id, unsigned vcpus)
{
    struct domain *d = fake_domain(id, vcpus);

    if (event_domain_init(d))
        check(false, "event_domain_init");
    return d;
}

static void destroy(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpu_count; i++)
        sched_down(d->vcpus[i]);
    this_cpu()->current = sched_next(current_vcpu());
    d->state = DOMAIN_DYING;
    check(event_domain_reset(d) == 0, "a dying domain closes its ports");
    event_domain_destroy(d);
    fake_domain_free(d);
}

void guests_make(void)
{
    fake_machine(1);
    dom0 = make(0, 4);
    dom0->is_privileged = true;
    dom1 = make(1, 4);
    dom2 = make(2, 4);
}

void guests_end(void)
{
    destroy(dom2);
    destroy(dom1);
    destroy(dom0);
    check(fake_pages_out == 32, "all pages given back");
}
