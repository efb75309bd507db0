/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames and page-table entries for the grant tests: counts instead of memory management. */
#ifndef FAKE_PAGES_H
#define FAKE_PAGES_H

#include "domain/domain.h"

#define FAKE_FRAMES 64 /* per domain; frame number = FAKE_FIRST + domain * FAKE_FRAMES + i */
#define FAKE_FIRST  0x40000ull
#define FAKE_SLOTS  256 /* page-table entries per domain, named by address 0x1000 * (slot + 1) */

struct fake_slot {
    uint64_t frame; /* 0: empty */
    uint32_t flags;
};

extern int fake_refs[], fake_writable[]; /* by frame - FAKE_FIRST */
extern int fake_audited[];               /* references that an audit source has reported */
extern bool fake_table_page[];           /* cannot be held writable */
extern struct fake_slot fake_slots[][FAKE_SLOTS];
extern int fake_shared_pages;
extern unsigned fake_flushes;

void fake_pages_init(void);

/* An entry that mapped the frame was cleared, and some TLB may still hold it. */
bool fake_is_stale(uint64_t frame);

static inline uint64_t fake_frame(domid_t owner, unsigned i)
{
    return FAKE_FIRST + owner * FAKE_FRAMES + i;
}

static inline uint64_t fake_slot_address(unsigned slot)
{
    return (slot + 1) * PAGE_SIZE;
}

#endif
