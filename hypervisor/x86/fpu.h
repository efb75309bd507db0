/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point and vector state: what of it this machine offers to guests, and its whole image in memory.
 */
#ifndef X86_FPU_H
#define X86_FPU_H

#include "lib/types.h"

#define FPU_AREA_BYTES 832 /* the image of x87, SSE and AVX; fpu_init() checks */

/* Switches XSAVE on where the CPU has it, and notes the components that guests may enable. */
void fpu_init(void);

/* Components guests may enable in XCR0 (SDM vol. 1, 13.1); 0: no XSAVE, the image is FXSAVE's. */
uint64_t fpu_components(void);

/* The state of a CPU after reset, as the ABI promises it to a new vCPU; `area` is zeroed. */
void fpu_area_init(void *area);

/* Whole images, whatever the guest enabled. fpu_load leaves XCR0 at `xcr0`, the guest's value. */
void fpu_save(void *area);
void fpu_load(const void *area, uint64_t xcr0);

#endif
