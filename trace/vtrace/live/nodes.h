/* SPDX-License-Identifier: BSD-2-Clause */
/* Where xenstore says that rings are: what front ends write for their back ends. */
#ifndef VTRACE_NODES_H
#define VTRACE_NODES_H

#include "hypervisor/pv/vantage_op.h"

struct xs_handle;

/* Calls `found` for each ring of each domain. What a domain has written wrongly is left out. */
void nodes_each_ring(struct xs_handle *store, void (*found)(void *arg, const struct vantage_ring *r), void *arg);

#endif
