/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine-to-physical table: for each frame of RAM the number its owner calls it by. Guests read it
 * at M2P_VA and write it by hypercall; so it is a hint to everybody, and nothing relies on its content.
 */
#include "mm/m2p.h"
#include "mm/frame.h"

static uint64_t *m2p;      /* our writable view, in the direct map */
static uint64_t m2p_bytes; /* a multiple of 2 MiB */

void m2p_init(uint64_t *table, uint64_t bytes)
{
    m2p = table;
    m2p_bytes = bytes;
    for (uint64_t i = 0; i < bytes / 8; i++)
        m2p[i] = M2P_INVALID;
}

mfn_t m2p_frame(unsigned chunk)
{
    uint64_t at = (uint64_t)chunk << 21;

    return at < m2p_bytes ? mfn_of((char *)m2p + at) : MFN_NONE;
}

void m2p_set(mfn_t m, uint64_t pfn)
{
    if (frame_exists(m))
        m2p[m.n] = pfn;
}

uint64_t m2p_get(mfn_t m)
{
    return frame_exists(m) ? m2p[m.n] : M2P_INVALID;
}
