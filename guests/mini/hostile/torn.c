/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One page that one vCPU makes a page table of, and data again, while another stores entries to it without end: what
 * translation that one has from when the page was data must be gone before the table is looked at. Else entries are in
 * the table that nobody checked or counted, and with the table goes what they name.
 */
#include "hostile.h"

#define STORES 64 /* before the time is looked at */
#define SPINS  10000

/* All of them, the next time none. */
static void store(void *entries)
{
    static u64 entry;
    volatile u64 *at = entries;

    entry = entry ? 0 : pte_make(va_mfn(code_page), PTE_RO);
    for (unsigned int i = 0; i < STORES; i++)
        at[i] = entry;
}

/* So that the other one has stored something to what the page is now. */
static void wait(void)
{
    for (volatile unsigned int i = 0; i < SPINS; i++)
        ;
}

/* While it is a table each store traps, and is checked and counted, or refused. */
void torn_store(void)
{
    if (trap_catch(store, pool_page[0]) >= 0)
        wait();
}

/* Asks for no flush: to know when one is due is not left to guests. */
static void map(u64 flags)
{
    hyp_update_va_mapping((u64)pool_page[0], pte_make(va_mfn(pool_page[0]), flags), UVMF_NONE);
}

void torn_table(unsigned int vcpu)
{
    wait();
    map(PTE_RO);
    mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(pool_page[0]), 0);
    wait();
    mmuext(MMUEXT_UNPIN_TABLE, va_mfn(pool_page[0]), 0);
    map(PTE_DATA);
}
