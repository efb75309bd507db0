/* SPDX-License-Identifier: BSD-2-Clause */
/* The address map of the hypervisor, but for the direct map, which lies where a process of the host can have it. */
#include "../../../../hypervisor/x86/layout.h"
#undef DIRECT_VA
#define DIRECT_VA 0x300000000000
