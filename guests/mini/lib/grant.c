/* SPDX-License-Identifier: BSD-2-Clause */
/* Our grant table, version 1: its first page. */
#include "hypercall.h"

grant_entry_v1_t *grant_table_map(void)
{
    static u8 page[PAGE_SIZE] __attribute__((aligned(4096)));
    u64 frame = 0;
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1};

    set_xen_guest_handle(setup.frame_list, &frame);
    if (hyp_grant_table_op(GNTTABOP_setup_table, &setup, 1) || setup.status != GNTST_okay)
        return NULL;
    return map_page((u64)page, pte_make(frame, PTE_DATA)) ? NULL : (grant_entry_v1_t *)page;
}

void grant_access(grant_entry_v1_t *entry, domid_t to, const volatile void *page, u16 flags)
{
    entry->frame = (u32)va_mfn((const void *)page);
    entry->domid = to;
    __atomic_store_n(&entry->flags, GTF_permit_access | flags, __ATOMIC_SEQ_CST);
}
