/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypercall that is ours: what a test or a tool asks about the hypervisor itself. Privileged, except a
 * guest's markers in the trace. */
#include "pv/vantage_op.h"
#include "event/event.h"
#include "grant/grant.h"
#include "hypercalls.h"
#include "mm/frame.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include "trace/trace.h"

#define MARKS_BURST 1000
#define MARK_NS     1000000ull /* one more each */

/* Of each domain's markers; touched by any of its vCPUs, where a lost count does no harm. */
static struct mark_budget {
    uint64_t refilled_ns;
    uint32_t left;
    uint16_t suppressed;
} budgets[MAX_DOMAINS];

static bool may_mark(struct mark_budget *b)
{
    uint64_t now = clock_ns(), earned = (now - b->refilled_ns) / MARK_NS;

    if (earned) {
        b->left = (uint32_t)MIN(MARKS_BURST, b->left + earned);
        b->refilled_ns = now;
    }
    if (!b->left) {
        b->suppressed += b->suppressed < 0xffff;
        return false;
    }
    b->left--;
    return true;
}

static int mark(struct domain *d, guest_ptr arg)
{
    struct mark_budget *b = &budgets[d->id];
    struct vantage_mark m;

    if (!trace_wants(mark))
        return 0;
    if (guest_get(&m, arg))
        return -EFAULT;
    if (!may_mark(b))
        return -EAGAIN;
    trace_mark(m.value, m.id, d->id, b->suppressed);
    b->suppressed = 0;
    return 0;
}

static int set_mask(uint64_t mask)
{
    struct trace_set set;

    if (mask > 0xff)
        return -EINVAL;
    trace_set_classes(&set, (uint8_t)mask);
    return trace_choose(&set);
}

/* `asked` is what the caller said about number `n`: 0 off, 1 on, 2 only asks. */
static int set_one(uint64_t asked, int (*ask)(uint16_t), int (*choose)(uint16_t, bool))
{
    uint16_t n = asked & 0xffff;

    switch (asked >> 16) {
    case VANTAGE_OFF:
    case VANTAGE_ON:
        return choose(n, asked >> 16 == VANTAGE_ON);
    case VANTAGE_ASK:
        return ask(n);
    default:
        return -EINVAL;
    }
}

/* What is counted must not change meanwhile. */
static int audit(void)
{
    int rc;

    cpus_hold();
    rc = mm_audit();
    cpus_release();
    return rc ? -EIO : 0;
}

static struct domain *living(domid_t id)
{
    struct domain *d = domain_by_id(id);

    return d && d->state != DOMAIN_DYING ? d : NULL;
}

static int register_ring(guest_ptr arg)
{
    struct vantage_ring r;
    struct domain *front;
    struct ring_choice c;
    int rc = 0;

    if (guest_get(&r, arg))
        return -EFAULT;
    front = living(r.domain);
    if (!front)
        return -ESRCH;
    if (r.kind >= VANTAGE_RING_KINDS || r.is_frame > 1 || r.reserved || (!r.is_frame && r.page >> 32))
        return -EINVAL;
    c = (struct ring_choice){MFN(r.page), r.port, r.entries, r.device, r.queue, (uint8_t)r.kind};
    if (!r.is_frame)
        rc = grant_named_frame(front, (uint32_t)r.page, &c.frame);
    return rc ? rc : ring_register(front, &c);
}

static int unregister_ring(uint64_t asked)
{
    struct domain *front = living(asked & 0xffff);

    return !front ? -ESRCH : asked >> 16 >= RINGS_MAX ? -ENOENT : ring_unregister(front, asked >> 16);
}

long hc_vantage_op(struct vcpu *v, uint32_t cmd, guest_ptr arg)
{
    if (cmd == VANTAGE_TRACE_MARK)
        return mark(v->domain, arg);
    if (!v->domain->is_privileged)
        return -EPERM;
    switch (cmd) {
    case VANTAGE_AUDIT:
        return audit();
    case VANTAGE_TRACE_MASK:
        return set_mask(arg.va);
    case VANTAGE_TRACE_EVENT:
        return set_one(arg.va, trace_asks_event, trace_choose_event);
    case VANTAGE_TRACE_DOMAIN:
        return set_one(arg.va, trace_asks_domain, trace_choose_domain);
    case VANTAGE_TRACE_WHERE:
        return (long)trace_descriptor_mfn().n;
    case VANTAGE_TRACE_READ:
        return trace_consumed(arg.va & 0xff, arg.va >> 8);
    case VANTAGE_RING_REGISTER:
        return register_ring(arg);
    case VANTAGE_RING_UNREGISTER:
        return unregister_ring(arg.va);
    case VANTAGE_FRAME_BYTES:
        return sizeof(struct frame);
    default:
        return -ENOSYS;
    }
}
