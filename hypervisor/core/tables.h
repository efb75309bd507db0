/* SPDX-License-Identifier: BSD-2-Clause */
/* A new domain's first page tables. */
#ifndef CORE_TABLES_H
#define CORE_TABLES_H

#include "core/layout.h"

/* Writes the tables `l` plans; p2m gives the frame of each pfn. Returns the L4's frame. */
mfn_t tables_build(const struct domain_layout *l, const mfn_t *p2m);

#endif
