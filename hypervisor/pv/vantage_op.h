/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of hypercall 55 (__HYPERVISOR_arch_7). Published: numbers never change. */
#ifndef PV_VANTAGE_OP_H
#define PV_VANTAGE_OP_H

enum vantage_cmd {
    VANTAGE_AUDIT = 0, /* recompute every frame's counts: 0 when all are right, -EIO otherwise */
};

#endif
