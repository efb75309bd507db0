/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of hypercall 55 (__HYPERVISOR_arch_7). Published: numbers never change. */
#ifndef PV_VANTAGE_OP_H
#define PV_VANTAGE_OP_H

#include "lib/types.h"

enum vantage_cmd {
    VANTAGE_AUDIT = 0,      /* recompute every frame's counts: 0 when all are right, -EIO otherwise */
    VANTAGE_TRACE_MARK = 1, /* struct vantage_mark: a record of the guest's own. Any guest; at most 1,000 a
                             * second and guest, the rest is counted in the next. -EAGAIN: suppressed */
    VANTAGE_TRACE_MASK = 2, /* the argument itself, 0 to 255, is the classes to record from now on (bits in
                             * trace/ring.h); returns those before. -ENODEV: booted without trace= */
};

struct vantage_mark {
    uint64_t value;
    uint32_t id;
};

#endif
