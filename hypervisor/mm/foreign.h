/* SPDX-License-Identifier: BSD-2-Clause */
/* Naming another domain in an operation on memory. */
#ifndef MM_FOREIGN_H
#define MM_FOREIGN_H

#include "mm/mm.h"

/* Whose frames a table entry of v's domain may map, as `whose` says: itself, device memory, or, for a
 * privileged domain, what we publish (DOMID_XEN) or another domain's. 0, -EPERM, -ESRCH. */
int foreign_owner(struct vcpu *v, uint32_t whose, domid_t *owner) must_check;

/* The domain whose memory v works on: its own, or for a privileged domain any. 0, -EPERM, -ESRCH. */
int foreign_domain(struct vcpu *v, uint32_t whose, struct domain **d) must_check;

/* The same for operations on tables, where a domain is DOMID_SELF to itself and not its number. */
int foreign_tables(struct vcpu *v, uint32_t whose, struct domain **d) must_check;

#endif
