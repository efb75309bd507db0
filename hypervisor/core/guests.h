/* SPDX-License-Identifier: BSD-2-Clause */
/* Guests that are there from the boot, without a toolstack: for tests and benchmarks. */
#ifndef CORE_GUESTS_H
#define CORE_GUESTS_H

#include "core/boot.h"

/* guest=MODULE[*COUNT][,MEMORY[,VCPUS]]: starts module number MODULE (1 and up; its words are the kernel's
 * command line) as COUNT domains of MEMORY each, 16M and one vCPU if not said. May be given several times.
 * False: not understood. */
bool guests_option(const char *value);

/* Is a module of this number a guest's? Then it is not dom0's initrd. */
bool guests_use(unsigned module);

/* Makes and starts them, numbered from 1. */
void guests_start(const struct boot_info *b);

#endif
