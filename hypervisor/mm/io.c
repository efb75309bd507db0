/* SPDX-License-Identifier: BSD-2-Clause */
/* Device memory: frames that are not RAM, or lie below 1 MiB. Only the hardware domain maps them. */
#include "mm/frame.h"

#define MAX_DENIED 32

static struct {
    uint64_t first, end;
} denied[MAX_DENIED]; /* written at boot only */
static unsigned denied_count;

void mm_deny_io(mfn_t first, uint64_t count)
{
    BUG_ON(denied_count == MAX_DENIED);
    denied[denied_count].first = first.n;
    denied[denied_count++].end = first.n + count;
}

bool mm_io_permitted(const struct domain *d, mfn_t m)
{
    if (!d->is_hardware || m.n >= frame_limit)
        return false;
    for (unsigned i = 0; i < denied_count; i++)
        if (m.n >= denied[i].first && m.n < denied[i].end)
            return false;
    return true;
}
