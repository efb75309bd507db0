/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks up the fault-fix table; it has a handful of entries. */
#include "x86/fixup.h"

struct fixup {
    uint64_t at, to;
};

extern const struct fixup fixup_start[], fixup_end[];

uint64_t fixup_find(uint64_t rip)
{
    for (const struct fixup *f = fixup_start; f < fixup_end; f++)
        if (f->at == rip)
            return f->to;
    return 0;
}
