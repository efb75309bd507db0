/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of hypercall 55 (__HYPERVISOR_arch_7). Published: numbers never change. */
#ifndef PV_VANTAGE_OP_H
#define PV_VANTAGE_OP_H

#include <stdint.h>

enum vantage_cmd {
    VANTAGE_AUDIT = 0,      /* recompute every frame's counts: 0 when all are right, -EIO otherwise */
    VANTAGE_TRACE_MARK = 1, /* struct vantage_mark: a record of the guest's own. Any guest; at most 1,000 a
                             * second and guest, the rest is counted in the next. -EAGAIN: suppressed */
    VANTAGE_TRACE_MASK = 2, /* the argument itself, 0 to 255, is the classes to record from now on (bits in
                             * trace/ring.h), all their events; returns those before. */
    VANTAGE_TRACE_EVENT = 3,  /* the argument is an event's number | enum vantage_switch << 16. Returns whether
                               * it was recorded. -ENOENT: no such event. -EINVAL: it goes with any other */
    VANTAGE_TRACE_DOMAIN = 4, /* the same for a domain, 0x7fff: idle. Are records made while it runs? */
    VANTAGE_TRACE_WHERE = 5,  /* returns the number of the frame that trace/ring.h calls the descriptor. It, the
                               * schema and the rings can be mapped, to be read, as frames of DOMID_XEN */
    VANTAGE_TRACE_READ = 6,   /* the argument is a CPU | packets << 8, which the caller has read from its ring:
                               * what trace_mode=drop waits for. -ENOENT: no such CPU */
    VANTAGE_RING_REGISTER = 16, /* struct vantage_ring: a ring two domains share is sampled at each notification.
                                 * Returns its number; the one it has when it was registered before. It ends with
                                 * its port. -ESRCH: no such domain. -EINVAL: the frame or the port is not what it
                                 * should be. -ENOSPC: a domain has 64 at most */
    VANTAGE_RING_UNREGISTER = 17, /* the argument is a domain | ring << 16. -ESRCH, -ENOENT */
    VANTAGE_FRAME_BYTES = 32, /* returns how many bytes the hypervisor's record of one frame of memory has */
};

enum vantage_ring_kind {
    VANTAGE_RING_BLOCK,
    VANTAGE_RING_NET_TX,
    VANTAGE_RING_NET_RX,
    VANTAGE_RING_CONSOLE,
    VANTAGE_RING_XENSTORE,
    VANTAGE_RING_KINDS
};

struct vantage_ring {
    uint64_t page;    /* the one with the indices: a grant of the front end's, or the number of its frame */
    uint32_t port;    /* the front end's */
    uint32_t entries; /* what it has room for: requests, or bytes from front to back end; up to 2^20 */
    uint32_t device;  /* the number of the virtual device, for whoever reads the trace */
    uint16_t queue;   /* likewise */
    uint16_t domain;  /* the front end */
    uint16_t kind;    /* enum vantage_ring_kind */
    uint16_t is_frame; /* what `page` is */
    uint32_t reserved; /* 0 */
};

enum vantage_switch { VANTAGE_OFF, VANTAGE_ON, VANTAGE_ASK };

struct vantage_mark {
    uint64_t value;
    uint32_t id;
};

#endif
