/* SPDX-License-Identifier: BSD-2-Clause */
/* Bringing a CPU up; used only by core/ and within x86/. */
#ifndef X86_CPU_H
#define X86_CPU_H

#include "x86/x86.h"

/* Maps the stack block of the next CPU; the first caller moves onto it by enter_on_stack. */
struct cpu *cpu_create(mfn_t (*alloc)(void));

/* From here on the calling CPU counts: others may ask it for something. */
void cpu_join(void);

/* Leaves the current stack for good. */
__attribute__((noreturn)) void enter_on_stack(uint64_t rsp, void (*function)(void));

/* The descriptor page every window shows at page 14 while CPU `id` uses it. */
mfn_t cpu_gdt_page(unsigned id);

/* The way out to whatever this CPU shall run (entry.S). */
__attribute__((noreturn)) void exit_to_guest(void);

#endif
