/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest kernel mode and guest user mode. Both are ring 3; the base table and the active GS base
 * differ.
 *
 * [mode.gs] while guest kernel mode is loaded GS_BASE is the kernel's and KERNEL_GS_BASE the
 * user's; in user mode the two are exchanged; SWAPGS is executed here and nowhere else, but for
 * set_segment_base's load of a selector, which undoes it at once
 */
#ifndef PV_MODE_H
#define PV_MODE_H

#include "domain/domain.h"

static inline void mode_to_kernel(struct vcpu *v)
{
    v->in_user = false;
    swapgs();
    cr3_load(v->kernel_l4);
}

/* Wants v->user_l4. */
static inline void mode_to_user(struct vcpu *v)
{
    v->in_user = true;
    swapgs();
    cr3_load(v->user_l4);
}

#endif
