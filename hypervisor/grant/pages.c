/* SPDX-License-Identifier: BSD-2-Clause */
/* Foreign frames cannot be held yet: every pin is refused, tables can be set up and read. */
#include "grant/pages.h"
#include "mm/mm.h"

int pages_hold(struct domain *owner, mfn_t frame, bool write)
{
    return -EINVAL;
}

void pages_drop(struct domain *owner, mfn_t frame, bool write)
{
}

int pages_share(struct domain *d, mfn_t frame)
{
    return 0;
}

void pages_unshare(struct domain *d, mfn_t frame)
{
    hv_free(frame_data(frame), 0);
}

int pages_map(struct vcpu *v, uint64_t host_addr, uint32_t flags, mfn_t frame, struct domain *owner)
{
    return -EINVAL;
}

int pages_unmap(struct vcpu *v, uint64_t host_addr, uint32_t flags, mfn_t frame)
{
    return -EINVAL;
}

int pages_replace(struct vcpu *v, uint64_t host_addr, uint64_t new_addr, uint32_t flags, mfn_t frame)
{
    return -EINVAL;
}
