/* SPDX-License-Identifier: BSD-2-Clause */
/* A domain made from boot modules. */
#ifndef CORE_BUILDER_H
#define CORE_BUILDER_H

#include "control/create.h"
#include "core/boot.h"

struct build {
    const char *who; /* in messages */
    struct domain_config domain; /* gets max_pages of memory */
    const struct boot_module *kernel, *initrd; /* initrd: NULL for none */
};

/* A paused domain with its kernel and initrd in memory, its first vCPU ready to run. Stops with one clear
 * line when that cannot be done. */
struct domain *domain_build(const struct build *b);

#endif
