/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of mm/ that sched/, event/, grant/ and vcpu_op use, for host tests without mm/. */
#ifndef MM_MM_H
#define MM_MM_H

#include "domain/domain.h"

void *hv_alloc(unsigned order);
void hv_free(void *p, unsigned order);
int mm_hold(struct domain *d, mfn_t m);
void mm_release(struct domain *d, mfn_t m);
void mm_audit_count(mfn_t m, unsigned refs, unsigned uses);
mfn_t on_grant_frame(const struct domain *d, uint64_t index);

#endif
