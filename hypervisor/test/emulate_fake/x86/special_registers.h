/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for x86/special_registers.h on the host. */
#ifndef X86_SPECIAL_REGISTERS_H
#define X86_SPECIAL_REGISTERS_H

#include "lib/types.h"

uint64_t read_dr6(void);
void write_dr0(uint64_t v);
void write_dr1(uint64_t v);
void write_dr2(uint64_t v);
void write_dr3(uint64_t v);
void write_dr6(uint64_t v);
void write_dr7(uint64_t v);
void clts(void);
void wbinvd(void);
void xsetbv(uint64_t v);
uint32_t access_rights(uint16_t selector);

#endif
