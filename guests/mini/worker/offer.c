/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a worker offers to the domains beside it, hostile as they may be: ports they can bind, frames they
 * can write and one that they can only read.
 */
#include "worker.h"

#define REFS     24
#define WRITABLE 8 /* of them */
#define PORTS    3 /* for each */
#define SEALED   0x5ea1ed5ea1ed5ea1ul

static volatile u64 *sealed;

bool offer_init(u32 domains)
{
    grant_entry_v1_t *table = grant_table_map();
    void *shared = page_alloc();

    sealed = page_alloc();
    if (!table)
        return false;
    for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
        sealed[i] = SEALED;
    for (u32 ref = 0; ref < REFS; ref++)
        grant_access(&table[ref], (domid_t)(2 + ref % domains), ref < WRITABLE ? shared : sealed,
                     ref < WRITABLE ? 0 : GTF_readonly);
    for (u32 i = 0; i < PORTS * domains; i++) {
        long port = port_unbound(DOMID_SELF, (domid_t)(2 + i % domains));

        if (port < 0 || event_unmask((u32)port))
            return false;
    }
    return true;
}

bool offer_is_sealed(void)
{
    for (unsigned int i = 0; sealed && i < PAGE_SIZE / 8; i++)
        if (sealed[i] != SEALED)
            return false;
    return true;
}
