/* SPDX-License-Identifier: BSD-2-Clause */
/* The fault-fix table: where to go on when an instruction of ours that touches guest state faults. */
#ifndef X86_FIXUP_H
#define X86_FIXUP_H

#include "lib/types.h"

/* In an asm statement: a fault at label `at` continues at label `to`. */
#define FIXUP(at, to)                                                                              \
    "\n.pushsection .fixup_table, \"a\"\n.quad " #at ", " #to "\n.popsection\n"

/* The place to continue, or 0: then the fault is a bug of ours. */
uint64_t fixup_find(uint64_t rip);

#endif
