/* SPDX-License-Identifier: BSD-2-Clause */
/* Segment state across a switch of vCPUs. */
#ifndef PV_SEGMENTS_H
#define PV_SEGMENTS_H

#include "domain/domain.h"

#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

void segments_save(struct vcpu *v);
void segments_load(struct vcpu *v);

#endif
