/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory before there is an allocator. */
#ifndef CORE_EARLY_H
#define CORE_EARLY_H

#include "core/boot.h"

struct early_range {
    uint64_t start, end; /* physical; empty when equal */
};

void early_init(const struct boot_info *b);

/* Zeroed, physically contiguous, below 4 GiB; panics when there is no such piece. */
uint64_t early_alloc(uint64_t bytes, uint64_t align);
mfn_t early_frame(void);

/* What is still free. */
unsigned early_ranges(const struct early_range **out);

#endif
