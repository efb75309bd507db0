/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for x86/instructions.h on the host: the same names, acting on `struct machine`. */
#ifndef X86_INSTRUCTIONS_H
#define X86_INSTRUCTIONS_H

#include "lib/types.h"

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

uint8_t in8(uint16_t port);
uint16_t in16(uint16_t port);
uint32_t in32(uint16_t port);
void out8(uint16_t port, uint8_t v);
void out16(uint16_t port, uint16_t v);
void out32(uint16_t port, uint32_t v);
uint64_t rdmsr(uint32_t msr);
void wrmsr(uint32_t msr, uint64_t v);
uint64_t rdtsc(void);
struct cpuid cpuid(uint32_t leaf, uint32_t sub);
uint64_t read_cr0(void);
void write_cr0(uint64_t v);
uint64_t read_cr3(void);
void write_cr3(uint64_t v);
uint64_t read_cr4(void);
void write_cr4(uint64_t v);

#endif
