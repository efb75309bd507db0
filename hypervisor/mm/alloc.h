/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap, as the rest of mm/ sees it. */
#ifndef MM_ALLOC_H
#define MM_ALLOC_H

#include "mm/mm.h"

/* Memory the heap's own maps need for this many frames, and handing it over, zeroed. */
size_t heap_bytes(uint64_t frames);
void heap_init(uint64_t frames, void *memory);

/* Frames of ours, any number, become free. */
void heap_add(mfn_t first, uint64_t count);

#endif
