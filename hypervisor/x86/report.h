/* SPDX-License-Identifier: BSD-2-Clause */
/* What is printed when something went wrong: registers, page walk, stack, back-trace with names. */
#ifndef X86_REPORT_H
#define X86_REPORT_H

#include "x86/regs.h"

/* Prints everything about a trap in the hypervisor and stops the machine. */
__attribute__((noreturn)) void report_panic(const struct regs *r, const char *what);

void report_registers(const struct regs *r);
void report_page_walk(uint64_t cr3, uint64_t va);

/* The name of the function of ours that holds this address and the offset in it; NULL if none does. */
const char *symbol_name(uint64_t address, uint64_t *offset);

#endif
