/* SPDX-License-Identifier: BSD-2-Clause */
/* The few instructions the hypervisor carries out for a guest, taken apart. */
#ifndef PV_DECODE_H
#define PV_DECODE_H

#include "lib/types.h"
#include "x86/regs.h"

#define INSTRUCTION_MAX 15 /* bytes, by architecture */

enum operation {
    OP_NONE,
    OP_IN,
    OP_OUT,
    OP_INS,
    OP_OUTS,
    OP_CLI,
    OP_STI,
    OP_CLTS,
    OP_WBINVD,
    OP_READ_CR,
    OP_WRITE_CR,
    OP_READ_DR,
    OP_WRITE_DR,
    OP_RDMSR,
    OP_WRMSR,
    OP_RDTSC,
    OP_XSETBV,
    OP_MOV,
    OP_XCHG,
    OP_AND,
    OP_OR,
    OP_BTS,
    OP_BTR,
    OP_CMPXCHG,
};

struct instruction {
    uint8_t operation; /* enum operation */
    uint8_t length;    /* bytes, prefixes included */
    uint8_t bytes;     /* operand size: 1, 2, 4 or 8 */
    uint8_t
        segment; /* override prefix, 0x64 (FS) or 0x65 (GS); 0: none that counts in 64-bit mode */
    uint8_t reg; /* register operand, 0-15: rax rcx rdx rbx rsp rbp rsi rdi r8... */
    uint8_t rm;  /* second register operand when there is no memory operand */
    bool high;   /* the byte register is ah, ch, dh or bh: bits 8-15 of register reg */
    bool lock, repeat;
    bool memory; /* there is a memory operand, at `address` */
    bool has_imm;
    int64_t imm;      /* immediate operand, sign-extended */
    uint64_t address; /* effective address, segment base not added */
};

enum decode_result {
    DECODED,
    DECODE_UNKNOWN, /* none of ours */
    DECODE_SHORT,   /* the bytes end before the instruction does */
};

/* Takes apart the 64-bit instruction at bytes[0..length); reads nothing behind. `length` may exceed
 * INSTRUCTION_MAX, what is longer is DECODE_UNKNOWN. `in` is completely written in every case. */
enum decode_result decode(const uint8_t *bytes, unsigned length, const struct regs *r,
                          struct instruction *in);

/* General register n of ModRM's numbering. */
static inline uint64_t *reg_of(struct regs *r, unsigned n)
{
#define AT(name) offsetof(struct regs, name)
    static const uint8_t place[16] = {AT(rax), AT(rcx), AT(rdx), AT(rbx), AT(rsp), AT(rbp),
                                      AT(rsi), AT(rdi), AT(r8),  AT(r9),  AT(r10), AT(r11),
                                      AT(r12), AT(r13), AT(r14), AT(r15)};
#undef AT
    return (uint64_t *)((char *)r + place[n & 15]);
}

/* What stays of a value in an operand of 1, 2, 4 or 8 bytes. */
static inline uint64_t operand_mask(unsigned bytes)
{
    return ~0ull >> (64 - 8 * bytes);
}

/* Writes a register as the machine does: 4 bytes clear the upper half, 1 and 2 keep the rest. */
static inline void reg_write(struct regs *r, unsigned n, unsigned bytes, uint64_t value)
{
    uint64_t *to = reg_of(r, n);
    uint64_t mask = operand_mask(bytes);

    *to = (bytes < 4 ? *to & ~mask : 0) | (value & mask);
}

#endif
