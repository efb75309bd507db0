/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest kernel mode and guest user mode. Both are ring 3; the base table and the active GS base
 * differ.
 *
 * [mode.gs] while guest kernel mode is loaded GS_BASE is the kernel's and KERNEL_GS_BASE the
 * user's; in user mode the two are exchanged; SWAPGS is executed here and nowhere else
 */
#include "pv/pv.h"

void mode_to_kernel(struct vcpu *v)
{
    v->in_user = false;
    swapgs();
    cr3_load(v->kernel_l4);
}

void mode_to_user(struct vcpu *v)
{
    v->in_user = true;
    swapgs();
    cr3_load(v->user_l4);
}
