/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a worker offers to the domains beside it, hostile as they may be: ports they can bind, frames they
 * can write and one that they can only read.
 */
#include "worker.h"

#include <xen/grant_table.h>

#define REFS     24
#define WRITABLE 8 /* of them */
#define PORTS    3 /* for each */
#define SEALED   0x5ea1ed5ea1ed5ea1ul

static volatile u64 *sealed;

static grant_entry_v1_t *table_map(void)
{
    static u8 page[PAGE_SIZE] __attribute__((aligned(4096)));
    u64 frame = 0;
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1};

    set_xen_guest_handle(setup.frame_list, &frame);
    if (hyp_grant_table_op(GNTTABOP_setup_table, &setup, 1) || setup.status != GNTST_okay)
        return NULL;
    return map_page((u64)page, pte_make(frame, PTE_DATA)) ? NULL : (grant_entry_v1_t *)page;
}

static void grant(grant_entry_v1_t *entry, domid_t to, const volatile void *page, u16 flags)
{
    entry->frame = (u32)va_mfn((const void *)page);
    entry->domid = to;
    __atomic_store_n(&entry->flags, GTF_permit_access | flags, __ATOMIC_SEQ_CST);
}

bool offer_init(u32 domains)
{
    grant_entry_v1_t *table = table_map();
    void *shared = page_alloc();

    sealed = page_alloc();
    if (!table)
        return false;
    for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
        sealed[i] = SEALED;
    for (u32 ref = 0; ref < REFS; ref++)
        grant(&table[ref], (domid_t)(2 + ref % domains), ref < WRITABLE ? shared : sealed,
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
