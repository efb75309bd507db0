/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions only the guest edge uses: debug registers, CR0.TS, XCR0, caches, descriptor rights.
 */
#ifndef X86_SPECIAL_REGISTERS_H
#define X86_SPECIAL_REGISTERS_H

#include "lib/types.h"
#include "x86/fixup.h"

#define DEBUG_REGISTER(n)                                                                          \
    static inline uint64_t read_dr##n(void)                                                        \
    {                                                                                              \
        uint64_t v;                                                                                \
        __asm__ volatile("mov %%dr" #n ", %0" : "=r"(v));                                          \
        return v;                                                                                  \
    }                                                                                              \
    static inline void write_dr##n(uint64_t v)                                                     \
    {                                                                                              \
        __asm__ volatile("mov %0, %%dr" #n : : "r"(v));                                            \
    }

DEBUG_REGISTER(0)
DEBUG_REGISTER(1)
DEBUG_REGISTER(2)
DEBUG_REGISTER(3)
DEBUG_REGISTER(6)
DEBUG_REGISTER(7)

static inline void clts(void)
{
    __asm__ volatile("clts");
}

static inline void wbinvd(void)
{
    __asm__ volatile("wbinvd" : : : "memory");
}

static inline void xsetbv(uint64_t v)
{
    __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}

/* Access rights of a selector in the GDT and LDT now loaded, as LAR gives them; 0 when there are
 * none. */
static inline uint32_t access_rights(uint16_t selector)
{
    uint32_t rights;

    __asm__ volatile("1: lar %1, %0; jz 3f; 2: xor %0, %0; 3:" FIXUP(1b, 2b)
                     : "=&r"(rights)
                     : "r"((uint32_t)selector)
                     : "cc");
    return rights;
}

#endif
