/* SPDX-License-Identifier: BSD-2-Clause */
/* The one special instruction that mm/ uses. */
#ifndef X86_INSTRUCTIONS_H
#define X86_INSTRUCTIONS_H

#include "lib/types.h"

void invlpg(uint64_t va);

#endif
