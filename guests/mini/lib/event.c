/* SPDX-License-Identifier: BSD-2-Clause */
/* Two-level event channels, for one vCPU: the upcall counts, and clears what it counted. */
#include "hypercall.h"

#include <xen/event_channel.h>

#define PORTS 4096

u64 event_upcalls;
static u32 counts[PORTS];

void event_init(void)
{
    memset(shared_info->evtchn_mask, 0xff, sizeof(shared_info->evtchn_mask));
    upcall_mask_set(0);
}

static void count_word(unsigned int word)
{
    u64 ready = shared_info->evtchn_pending[word] & ~shared_info->evtchn_mask[word];

    while (ready) {
        unsigned int port = word * 64 + (unsigned int)__builtin_ctzl(ready);

        ready &= ready - 1;
        event_clear(port);
        counts[port]++;
    }
}

void on_event(struct trap_regs *regs)
{
    struct vcpu_info *info = vcpu_info();
    u64 words;

    event_upcalls++;
    info->evtchn_upcall_pending = 0;
    words = __atomic_exchange_n(&info->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
    for (; words; words &= words - 1)
        count_word((unsigned int)__builtin_ctzl(words));
}

u64 event_count(u32 port)
{
    return counts[port];
}

void event_count_reset(void)
{
    memset(counts, 0, sizeof(counts));
    event_upcalls = 0;
}

void event_mask(u32 port)
{
    __atomic_or_fetch(&shared_info->evtchn_mask[port / 64], 1ul << port % 64, __ATOMIC_SEQ_CST);
}

long event_unmask(u32 port)
{
    struct evtchn_unmask arg = {.port = port};

    return hyp_event_channel_op(EVTCHNOP_unmask, &arg);
}

bool event_pending(u32 port)
{
    return __atomic_load_n(&shared_info->evtchn_pending[port / 64], __ATOMIC_SEQ_CST) >> port % 64 &
           1;
}

void event_clear(u32 port)
{
    __atomic_and_fetch(&shared_info->evtchn_pending[port / 64], ~(1ul << port % 64),
                       __ATOMIC_SEQ_CST);
}

u8 upcall_mask_set(u8 mask)
{
    u8 old = __atomic_exchange_n(&vcpu_info()->evtchn_upcall_mask, mask, __ATOMIC_SEQ_CST);

    /* Any hypercall's way out looks at the pending byte. */
    if (!mask && vcpu_info()->evtchn_upcall_pending)
        hyp_xen_version(0, 0);
    return old;
}

long port_ipi(u32 vcpu)
{
    struct evtchn_bind_ipi arg = {.vcpu = vcpu};
    long rc = hyp_event_channel_op(EVTCHNOP_bind_ipi, &arg);

    return rc ? rc : (long)arg.port;
}

long port_virq(u32 virq, u32 vcpu)
{
    struct evtchn_bind_virq arg = {.virq = virq, .vcpu = vcpu};
    long rc = hyp_event_channel_op(EVTCHNOP_bind_virq, &arg);

    return rc ? rc : (long)arg.port;
}

long port_unbound(domid_t dom, domid_t remote)
{
    struct evtchn_alloc_unbound arg = {.dom = dom, .remote_dom = remote};
    long rc = hyp_event_channel_op(EVTCHNOP_alloc_unbound, &arg);

    return rc ? rc : (long)arg.port;
}

long port_interdomain(domid_t remote, u32 remote_port)
{
    struct evtchn_bind_interdomain arg = {.remote_dom = remote, .remote_port = remote_port};
    long rc = hyp_event_channel_op(EVTCHNOP_bind_interdomain, &arg);

    return rc ? rc : (long)arg.local_port;
}

long port_close(u32 port)
{
    struct evtchn_close arg = {.port = port};

    if (port < PORTS)
        event_mask(port);
    return hyp_event_channel_op(EVTCHNOP_close, &arg);
}

long port_send(u32 port)
{
    struct evtchn_send arg = {.port = port};

    return hyp_event_channel_op(EVTCHNOP_send, &arg);
}
