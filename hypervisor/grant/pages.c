/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grants on top of mm/.
 *
 * [pages.writable]  a granted frame is held as writable memory even for readers, so it cannot
 *                   become a page table or descriptors while it is in use, and grants of such
 *                   frames are refused
 *
 * Every guest runs in ring 3, its kernel too: entries are user-accessible. The guest's own bits of
 * a mapping (flags from bit 16 up) go to the three available bits of the entry.
 */
#include "grant/pages.h"
#include "grant/table.h"
#include "mm/mm.h"

enum {
    ENTRY_PRESENT = 1 << 0,
    ENTRY_WRITABLE = 1 << 1,
    ENTRY_USER = 1 << 2,
    ENTRY_ACCESSED = 1 << 5,
    ENTRY_DIRTY = 1 << 6,
    ENTRY_AVAILABLE_SHIFT = 9,
    AVAILABLE_MASK = 7,
};

int pages_hold(struct domain *owner, mfn_t frame, bool write)
{
    return mm_hold(owner, frame);
}

void pages_drop(struct domain *owner, mfn_t frame, bool write)
{
    mm_release(owner, frame);
}

int pages_share(struct domain *d, mfn_t frame)
{
    frame_share(frame, d);
    return 0;
}

void pages_unshare(struct domain *d, mfn_t frame)
{
    frame_unshare(frame);
}

static struct entry_place place(uint64_t host_addr, uint32_t flags)
{
    return (struct entry_place){.is_va = !(flags & GNTMAP_contains_pte), .address = host_addr};
}

int pages_map(struct vcpu *v, uint64_t host_addr, uint32_t flags, mfn_t frame, struct domain *owner)
{
    uint64_t entry = frame.n << PAGE_SHIFT | ENTRY_PRESENT | ENTRY_USER | ENTRY_ACCESSED;

    if (!(flags & GNTMAP_readonly))
        entry |= ENTRY_WRITABLE | ENTRY_DIRTY;
    entry |= (uint64_t)(flags >> _GNTMAP_guest_avail0 & AVAILABLE_MASK) << ENTRY_AVAILABLE_SHIFT;
    return mm_map_foreign(v, place(host_addr, flags), entry, owner->id);
}

int pages_unmap(struct vcpu *v, uint64_t host_addr, uint32_t flags, mfn_t frame)
{
    return mm_unmap_foreign(v, place(host_addr, flags), frame, !(flags & GNTMAP_readonly));
}

static void count_pins(mfn_t frame, unsigned pins)
{
    mm_audit_count(frame, pins, pins);
}

void grant_audit(void)
{
    for (domid_t id = 0; id < MAX_DOMAINS; id++) {
        struct domain *d = domain_by_id(id);

        if (d && d->grants)
            grant_each_pinned(d, count_pins);
    }
}
