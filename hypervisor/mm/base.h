/* SPDX-License-Identifier: BSD-2-Clause */
/* Pins and base tables: the roots that keep page tables in use. */
#ifndef MM_BASE_H
#define MM_BASE_H

#include "mm/promote.h"

/* Under d->mm_lock, retried by the caller after -EINPROGRESS (promote.h). */
int pin(struct job *j, struct domain *d, mfn_t m, enum frame_use use) must_check;
int unpin(struct job *j, struct domain *d, mfn_t m) must_check;

/* *slot (a vCPU's base) becomes m, or none; returns as pin(). The caller loads CR3 between the get and the
 * put, when the vCPU runs: `load` says so. */
int base_set(struct job *j, struct domain *d, mfn_t *slot, mfn_t m, bool load) must_check;
int base_set_kernel(struct vcpu *v, mfn_t m) must_check; /* loads it too */
int base_set_user(struct vcpu *v, mfn_t m) must_check;

/* Both bases at once, from tables that are pinned to tables in use as level 4; kernel is loaded. Under
 * d->mm_lock, with the job idle. False: it takes the two calls above, and nothing has changed. */
bool bases_switch(struct vcpu *v, mfn_t kernel, mfn_t user) must_check;

/* Drops both bases of a vCPU of a dead domain. -ERESTART: call again. */
int bases_clear(struct vcpu *v) must_check;

#endif
