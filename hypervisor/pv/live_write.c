/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stores of a guest kernel to its live page tables.
 *
 * A level-1 table in use is mapped read-only, yet Linux stores to it with plain instructions (fork, munmap and
 * reclaim do, for every page). The fault is turned into what the instruction meant: its operand lies
 * within one eight-byte entry, so the entry it would leave is computed and handed to mm/, which alone
 * writes entries and refuses what the domain may not map.
 *
 *      bytes at rip ──decode──► operation ─┐
 *      entry at CR2 ──mm_l1e_of──► old ────┴──compute──► new entry, register, flags ──mm_ptwr──► commit
 *
 * [live.whole]  the registers change when the entry has, and not otherwise
 * [live.within] an operand that leaves its entry is not ours
 *
 * This is the hot path of fork. The address comes from CR2, so the frequent forms need no address arithmetic:
 * decode_short() takes them from the first eight bytes. Only where the store could have begun on the page
 * before is the effective address worked out and compared.
 *
 * Not here: the walk, the audit of the entry, the flush (mm/).
 */
#include "pv/emulate.h"

#include "pv/live_table.h"

#define TRIES 8 /* other CPUs and the page walker change entries too: after so many the guest tries again */

#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define PREFIX_FS   0x64

enum status_flag {
    FLAG_PF = 1 << 2,
    FLAG_AF = 1 << 4,
    FLAG_ZF = 1 << 6,
    FLAG_SF = 1 << 7,
    FLAG_OF = 1 << 11,
    STATUS_FLAGS = FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF,
};

/* What an instruction does to an operand. */
struct effect {
    uint64_t operand;    /* its new value */
    uint64_t reg_value;  /* what goes to the register, when `reg` says so */
    bool reg;
    uint8_t reg_number;
    uint64_t flags, flags_changed;
};

/* --- Decoding --- */

/* How many bytes a ModRM memory operand takes; 0 for the forms left to decode(). */
static unsigned modrm_bytes(uint8_t modrm)
{
    unsigned mod = modrm >> 6, rm = modrm & 7;

    if (mod == 3 || rm == 4 || (mod == 0 && rm == 5))
        return 0;
    return mod == 0 ? 1 : mod == 1 ? 2 : 5;
}

static bool short_store(struct instruction *in, uint8_t operation, uint8_t rex, uint8_t modrm)
{
    in->operation = operation;
    in->bytes = 8;
    in->reg = (modrm >> 3 & 7) | (rex & 4) << 1;
    return rex & 8;
}

static bool short_immediate(struct instruction *in, uint8_t operation, uint8_t bytes, int8_t imm)
{
    in->operation = operation;
    in->bytes = bytes;
    in->has_imm = true;
    in->imm = imm;
    in->length++;
    return true;
}

/*
 * The forms that Linux uses most: mov r64,m64; xchg r64,m64; and imm8,m8; btr and bts imm8,m64.
 * False says only that decode() has to look. The address is not worked out.
 */
static bool decode_short(uint64_t head, struct instruction *in)
{
    uint8_t rex = 0;

    *in = (struct instruction){.lock = (uint8_t)head == 0xf0};
    if (in->lock)
        head >>= 8;
    if ((head & 0xf0) == 0x40) {
        rex = head;
        head >>= 8;
    }
    bool two = (uint8_t)head == 0x0f;
    if (two)
        head >>= 8;
    uint8_t opcode = head, modrm = head >> 8;
    unsigned n = modrm_bytes(modrm);
    if (n == 0)
        return false;
    in->length = in->lock + (rex != 0) + two + 1 + n;
    int8_t imm = head >> (8 * (n + 1)); /* n = 5 with every prefix: the immediate is the ninth byte */
    if (in->length >= 8 && (two || opcode == 0x80))
        return false;
    if (!two && opcode == 0x89 && !in->lock)
        return short_store(in, OP_MOV, rex, modrm);
    if (!two && opcode == 0x87)
        return short_store(in, OP_XCHG, rex, modrm);
    if (!two && opcode == 0x80 && (modrm & 0x38) == 0x20)
        return short_immediate(in, OP_AND, 1, imm);
    if (two && opcode == 0xba && (modrm & 0x38) == 0x30 && (rex & 8))
        return short_immediate(in, OP_BTR, 8, imm);
    if (two && opcode == 0xba && (modrm & 0x38) == 0x28 && (rex & 8))
        return short_immediate(in, OP_BTS, 8, imm);
    return false;
}

/* Bytes by which a bit instruction's register operand moves the address (SDM vol. 2, BT). */
static uint64_t bit_displacement(const struct instruction *in, const struct regs *r)
{
    if ((in->operation != OP_BTS && in->operation != OP_BTR) || in->has_imm)
        return 0;
    unsigned shift = in->bytes == 8 ? 6 : in->bytes == 4 ? 5 : 4;
    int64_t index = (int64_t)*reg_of((struct regs *)r, in->reg);

    if (in->bytes == 4)
        index = (int32_t)index;
    if (in->bytes == 2)
        index = (int16_t)index;
    return (uint64_t)(index >> shift) * in->bytes;
}

static uint64_t linear_address(const struct instruction *in, const struct regs *r)
{
    uint64_t base = 0;

    if (in->segment)
        base = rdmsr(in->segment == PREFIX_FS ? MSR_FS_BASE : MSR_GS_BASE);
    return base + in->address + bit_displacement(in, r);
}

static bool is_store(const struct instruction *in)
{
    return in->operation >= OP_MOV && in->operation <= OP_CMPXCHG && in->memory;
}

static bool decode_store(const struct regs *r, uint64_t va, struct instruction *in)
{
    uint64_t in_page = va & (PAGE_SIZE - 1);
    uint64_t head;

    if (likely(in_page && (r->rip & (PAGE_SIZE - 1)) <= PAGE_SIZE - sizeof(head)) &&
        guest_get(&head, GPTR(r->rip)) == 0 && decode_short(head, in))
        return true;
    return decode_at_rip(r, in) == DECODED && is_store(in) && linear_address(in, r) == va;
}

/* --- What the instruction does --- */

static uint64_t flag_if(bool condition, uint64_t flag)
{
    return condition ? flag : 0;
}

/* SF, ZF and PF of a result. */
static uint64_t result_flags(uint64_t value, unsigned bytes)
{
    return flag_if(value >> (8 * bytes - 1) & 1, FLAG_SF) | flag_if(value == 0, FLAG_ZF) |
           flag_if(!__builtin_parity((uint8_t)value), FLAG_PF);
}

/* Those of a - b, as CMP sets them. */
static uint64_t compare_flags(uint64_t a, uint64_t b, unsigned bytes)
{
    uint64_t difference = (a - b) & operand_mask(bytes);
    uint64_t overflow = (a ^ b) & (a ^ difference);

    return result_flags(difference, bytes) | flag_if(a < b, FLAG_CF) |
           flag_if((a ^ b ^ difference) & 0x10, FLAG_AF) |
           flag_if(overflow >> (8 * bytes - 1) & 1, FLAG_OF);
}

static void compute_logic(struct effect *e, unsigned bytes, uint64_t value)
{
    e->operand = value;
    e->flags = result_flags(value, bytes);
    e->flags_changed = STATUS_FLAGS;
}

static void compute_bit(struct effect *e, const struct instruction *in, uint64_t old,
                        uint64_t source)
{
    uint64_t bit = 1ull << (source & (8 * in->bytes - 1));

    e->operand = in->operation == OP_BTS ? old | bit : old & ~bit;
    e->flags = flag_if(old & bit, FLAG_CF);
    e->flags_changed = FLAG_CF;
}

static void compute_compare_exchange(struct effect *e, const struct instruction *in, uint64_t old,
                                     uint64_t source, uint64_t rax)
{
    uint64_t expected = rax & operand_mask(in->bytes);

    e->operand = old == expected ? source : old;
    e->reg = old != expected;
    e->reg_number = 0;
    e->flags = compare_flags(expected, old, in->bytes);
    e->flags_changed = STATUS_FLAGS;
}

static uint64_t source_of(const struct instruction *in, const struct regs *r)
{
    uint64_t value;

    if (in->has_imm)
        return (uint64_t)in->imm & operand_mask(in->bytes);
    value = *reg_of((struct regs *)r, in->reg);
    return (in->high ? value >> 8 : value) & operand_mask(in->bytes);
}

static void compute(struct effect *e, const struct instruction *in, const struct regs *r,
                    uint64_t old)
{
    uint64_t source = source_of(in, r);

    e->operand = source;
    e->reg = in->operation == OP_XCHG;
    e->reg_number = in->reg;
    e->reg_value = old;
    e->flags = e->flags_changed = 0;
    switch (in->operation) {
    case OP_AND:
        compute_logic(e, in->bytes, old & source);
        break;
    case OP_OR:
        compute_logic(e, in->bytes, old | source);
        break;
    case OP_BTS:
    case OP_BTR:
        compute_bit(e, in, old, source);
        break;
    case OP_CMPXCHG:
        compute_compare_exchange(e, in, old, source, r->rax);
        break;
    default: /* MOV and XCHG: the source itself */
        break;
    }
}

/* --- The rest of the guest's state --- */

static void write_byte_register(struct regs *r, const struct instruction *in, uint64_t value)
{
    uint64_t *to = reg_of(r, in->reg);

    *to = (*to & ~0xff00ull) | (value & 0xff) << 8;
}

static void finish(struct regs *r, const struct instruction *in, const struct effect *e)
{
    if (e->reg && in->high && in->operation == OP_XCHG)
        write_byte_register(r, in, e->reg_value);
    else if (e->reg)
        reg_write(r, e->reg_number, in->bytes, e->reg_value);
    r->rflags = (r->rflags & ~(e->flags_changed | FLAG_RF)) | e->flags;
    r->rip += in->length;
}

bool live_write(struct vcpu *v, uint64_t va)
{
    struct regs *r = &v->ctx.regs;
    struct instruction in;
    struct effect e;
    mfn_t table;
    unsigned slot, shift = 8 * (va & 7);
    uint64_t entry;

    if (mm_l1e_of(v, va, &table, &slot, &entry))
        return false;
    if (!decode_store(r, va, &in) || (va & 7) + in.bytes > 8)
        return false;
    uint64_t mask = operand_mask(in.bytes);
    for (unsigned tries = 0; tries < TRIES; tries++) {
        compute(&e, &in, r, entry >> shift & mask);
        uint64_t wanted = (entry & ~(mask << shift)) | e.operand << shift;
        int rc = wanted == entry ? 0 : mm_ptwr(v, table, slot, entry, wanted);
        if (rc == 0) {
            finish(r, &in, &e);
            return true;
        }
        if (rc != -EAGAIN || mm_l1e_of(v, va, &table, &slot, &entry))
            return false;
    }
    return true;
}
