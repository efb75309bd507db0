/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace of the boot before this one, when the machine was reset without losing its memory: the rings are
 * where their description says, as long as nobody writes there.
 */
#ifndef CORE_PREVIOUS_H
#define CORE_PREVIOUS_H

#include "core/boot.h"

/* Looks for it, before any memory is given out, and reserves what it finds. */
void previous_find(const struct boot_info *boot);

/* The number of the boot found, 0: none. */
uint64_t previous_boot(void);

/* Says what was found. With `out` it is written to the debug port and its memory given to the heap; otherwise it
 * stays for whoever takes a copy of memory. */
void previous_report(bool out);

#endif
