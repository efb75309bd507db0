/* SPDX-License-Identifier: BSD-2-Clause */
/* What VCPUOP_initialise leaves to the part of pv/ that knows registers. */
#ifndef PV_VCPU_OP_H
#define PV_VCPU_OP_H

#include "domain/domain.h"

/* Checks and loads the struct vcpu_guest_context at `context` into v, which has never run; one
 * caller at a time. 0, -EFAULT, -EINVAL; after an error v is as before. */
int vcpu_load_context(struct vcpu *v, guest_ptr context) must_check;

/* The same, and v may be brought up afterwards; once in its life. 0, -EEXIST, -EFAULT, -EINVAL. [vcpu.once] */
int vcpu_initialise(struct vcpu *v, guest_ptr context) must_check;

/* Only the registers of the context, into v, which has run and is stopped; its tables, descriptors and entry
 * points stay. 0, -EFAULT, -EINVAL (also for a change between user and kernel mode), -ENOMEM. */
int vcpu_set_registers(struct vcpu *v, guest_ptr context) must_check;

/* Fills *g with the state of v, which is stopped, as vcpu_load_context would take it. */
void vcpu_describe(const struct vcpu *v, vcpu_guest_context_t *g);

#endif
