/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine-to-physical table's memory; its use is in mm.h. */
#ifndef MM_M2P_H
#define MM_M2P_H

#include "mm/mm.h"

void m2p_init(uint64_t *table, uint64_t bytes);
mfn_t m2p_frame(unsigned chunk); /* first frame of the chunk-th 2 MiB of the table, MFN_NONE beyond */

#endif
