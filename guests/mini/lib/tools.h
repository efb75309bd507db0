/* SPDX-License-Identifier: BSD-2-Clause */
/* The interfaces a toolstack uses, for a guest that is in dom0's place. */
#ifndef MINI_TOOLS_H
#define MINI_TOOLS_H

#include "hypercall.h"

#include <xen/domctl.h>
#include <xen/sysctl.h>

struct xen_domctl *domctl_new(u32 cmd, domid_t domain); /* one, cleared, version and number set */
long domctl(struct xen_domctl *op);
long domctl_do(u32 cmd, domid_t domain); /* one without arguments */
struct xen_sysctl *sysctl_new(u32 cmd);
long sysctl(struct xen_sysctl *op);
u64 frames_free(void); /* of the machine, 4 KiB each; 0 when it is not told */

#endif
