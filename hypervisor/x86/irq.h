/* SPDX-License-Identifier: BSD-2-Clause */
/* Device interrupts by vector. */
#ifndef X86_IRQ_H
#define X86_IRQ_H
#include "lib/types.h"
void irq_dispatch(uint32_t vector);
#endif
