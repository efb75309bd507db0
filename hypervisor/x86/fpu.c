/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point and vector state.
 *
 * [fpu.whole] every component a guest can enable is saved and loaded, also those it has not enabled now:
 * XCR0 is opened to all of them around the two instructions
 */
#include "x86/fpu.h"
#include "lib/bug.h"
#include "x86/instructions.h"
#include "x86/special_registers.h"

#define CPUID_XSAVE     (1u << 26) /* leaf 1, ecx */
#define CR4_OSXSAVE     (1ull << 18)
#define XCR0_X87        1ull
#define XCR0_OFFERED    7ull /* x87, SSE, AVX: what we know how to describe in CPUID */
#define CONTROL_AT_BOOT 0x37f
#define MXCSR_AT_BOOT   0x1f80

struct fxsave {
    uint16_t control, status, tag, opcode;
    uint64_t rip, rdp;
    uint32_t mxcsr, mxcsr_mask;
};

static uint64_t components;

void fpu_init(void)
{
    if (!(cpuid(1, 0).ecx & CPUID_XSAVE))
        return;
    write_cr4(read_cr4() | CR4_OSXSAVE);
    components = cpuid(0xd, 0).eax & XCR0_OFFERED;
    xsetbv(components);
    /* EBX is the image's size for what XCR0 holds now. */
    if (cpuid(0xd, 0).ebx > FPU_AREA_BYTES)
        panic("the processor's vector state needs %u bytes", cpuid(0xd, 0).ebx);
}

uint64_t fpu_components(void)
{
    return components;
}

void fpu_area_init(void *area)
{
    struct fxsave *f = area;

    f->control = CONTROL_AT_BOOT;
    f->mxcsr = MXCSR_AT_BOOT;
}

void fpu_save(void *area)
{
    clts();
    if (!components) {
        __asm__ volatile("fxsaveq (%0)" : : "r"(area) : "memory");
        return;
    }
    xsetbv(components);
    __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
}

void fpu_load(const void *area, uint64_t xcr0)
{
    clts();
    if (!components) {
        __asm__ volatile("fxrstorq (%0)" : : "r"(area) : "memory");
        return;
    }
    xsetbv(components);
    __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
    xsetbv(xcr0);
}
