/* SPDX-License-Identifier: BSD-2-Clause */
/* Building the first domain. */
#ifndef CORE_DOM0_H
#define CORE_DOM0_H

#include "core/boot.h"
#include "domain/domain.h"

/* Loads the kernel in module 0 (and the initrd in module 1) into a new domain 0 and makes its first vCPU
 * ready to run. Stops with one clear line when that cannot be done. */
struct domain *dom0_build(const struct boot_info *b);

#endif
