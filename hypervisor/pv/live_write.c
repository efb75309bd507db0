/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stores of a guest kernel to its live page tables.
 *
 * A level-1 table in use is mapped read-only, yet Linux stores to it with plain instructions (fork,
 * munmap and reclaim do, for every page). The fault is turned into what the instruction meant: its
 * operand lies within one eight-byte entry, so the entry it would leave is computed and handed to
 * mm/, which alone writes entries and refuses what the domain may not map.
 *
 *      bytes at rip ──decode──► operation ─┐
 *      entry at CR2 ──mm_l1e_of──► old ────┴─compute─► new entry, register, flags ─mm_ptwr─► done
 *
 * [live.whole]  the registers change when the entry has, and not otherwise
 * [live.within] an operand that leaves its entry is not ours
 *
 * This is the hot path of fork. The frequent forms, with an address that CR2 already tells, are
 * taken straight from the first eight bytes (short_*). All others, and every store that could have
 * begun on the page before, go through decode(), where the effective address is worked out and
 * compared with CR2.
 *
 * Not here: the walk, the audit of the entry, the flush (mm/).
 */
#include "pv/emulate.h"

#include "pv/fetch.h"
#include "mm/mm.h"

/* Other CPUs and the page walker change entries too: after so many attempts the guest tries again.
 */
#define TRIES       8

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
    uint64_t operand;   /* its new value */
    uint64_t reg_value; /* what goes to the register, when `reg` says so */
    bool reg;
    uint8_t reg_number;
    uint64_t flags, flags_changed;
};

/* Where the store goes. */
struct target {
    uint64_t va;
    mfn_t table;
    unsigned slot;
    uint64_t entry; /* what was there when we last looked */
};

/* --- Decoding --- */

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

static bool decode_store(struct fetched *f, const struct regs *r, uint64_t va,
                         struct instruction *in)
{
    return fetch_decode(f, r, in) == DECODED && is_store(in) && linear_address(in, r) == va &&
           (va & 7) + in->bytes <= 8;
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

/* Puts `wanted` in place of what t says is there. 0; -EAGAIN: look at t->entry again; else refused.
 */
static int commit(struct vcpu *v, struct target *t, uint64_t wanted)
{
    int rc = mm_ptwr(v, t->table, t->slot, t->entry, wanted);

    if (rc == -EAGAIN && mm_l1e_of(v, t->va, &t->table, &t->slot, &t->entry))
        return -ENOENT;
    return rc;
}

static bool long_store(struct vcpu *v, struct target *t,
                                                 struct fetched *f)
{
    struct regs *r = &v->ctx.regs;
    unsigned shift = 8 * (t->va & 7);
    struct instruction in;
    struct effect e;
    int rc = -EAGAIN;

    if (!decode_store(f, r, t->va, &in))
        return false;
    uint64_t mask = operand_mask(in.bytes) << shift;
    for (unsigned tries = 0; tries < TRIES && rc == -EAGAIN; tries++) {
        compute(&e, &in, r, (t->entry & mask) >> shift);
        uint64_t wanted = (t->entry & ~mask) | e.operand << shift;
        rc = wanted == t->entry ? 0 : commit(v, t, wanted);
    }
    if (rc == 0)
        finish(r, &in, &e);
    return rc == 0 || rc == -EAGAIN;
}

/* --- The short way --- */

/* A store as: entry = (entry & keep) | put. */
struct short_store {
    uint64_t keep, put;
    uint8_t length;
    uint8_t kind;       /* opcode: what else happens */
    uint64_t *exchange; /* register of XCHG */
};

enum { KIND_MOV = 0x89, KIND_XCHG = 0x87, KIND_AND = 0x80, KIND_BTR = 0xba };

/* How many bytes a memory operand takes, ModRM and SIB given; 0 for the forms left to decode(). */
static inline unsigned operand_length(uint16_t modrm_sib)
{
    static const uint8_t by_mod[4] = {1, 2, 5, 0};
    unsigned n = by_mod[modrm_sib >> 6 & 3];

    if (unlikely((modrm_sib & 7) == 4))
        return n && (modrm_sib & 0x7c0) != 0x500 ? n + 1 : 0;
    return (modrm_sib & 0xc7) != 5 ? n : 0;
}

/* mov r64,m64 and xchg r64,m64 */
static inline bool short_whole(struct short_store *s, struct regs *r, uint64_t head, uint64_t va)
{
    uint8_t modrm = head >> 16;
    unsigned n = operand_length(head >> 16);

    s->kind = head >> 8;
    s->exchange = reg_of(r, (modrm >> 3 & 7) | (head & 4) << 1);
    s->keep = 0;
    s->put = *s->exchange;
    s->length = 2 + n;
    return n && (s->kind == KIND_MOV || s->kind == KIND_XCHG) && !(va & 7);
}

/* lock and imm8,m8; lock btr imm8,m64 */
static inline bool short_locked(struct short_store *s, uint64_t head, uint64_t va)
{
    bool rex = (head >> 8 & 0xf0) == 0x40;
    bool wide = rex && (head & 0x800);
    uint64_t rest = head >> (rex ? 16 : 8);
    bool two = (uint8_t)rest == 0x0f;

    rest >>= two ? 8 : 0;
    unsigned n = operand_length(rest >> 8);
    uint8_t imm = rest >> (8 + 8 * n);
    s->kind = rest;
    s->length = 3 + rex + two + n;
    s->put = 0;
    if (n == 0 || s->length > FETCH_FIRST)
        return false;
    if (!two && s->kind == KIND_AND && (rest >> 8 & 0x38) == 0x20) {
        unsigned shift = 8 * (va & 7);
        s->keep = ~((uint64_t)(uint8_t)~imm << shift);
        return true;
    }
    s->keep = ~(1ull << (imm & 63));
    return two && s->kind == KIND_BTR && (rest >> 8 & 0x38) == 0x30 && wide && !(va & 7);
}

static inline void short_finish(struct regs *r, const struct short_store *s, uint64_t va, uint64_t old)
{
    uint64_t flags = r->rflags & ~(uint64_t)FLAG_RF;

    if (s->kind == KIND_XCHG) {
        *s->exchange = old;
    } else if (s->kind == KIND_AND) {
        uint8_t result = (old & s->keep) >> (8 * (va & 7));
        flags = (flags & ~(uint64_t)STATUS_FLAGS) | result_flags(result, 1);
    } else if (s->kind == KIND_BTR) {
        flags = (flags & ~(uint64_t)FLAG_CF) | flag_if(old & ~s->keep, FLAG_CF);
    }
    r->rflags = flags;
    r->rip += s->length;
}

static inline bool is_short(struct short_store *s, struct regs *r, uint64_t head, uint64_t va)
{
    if ((head & 0xf8) == 0x48)
        return short_whole(s, r, head, va);
    return (uint8_t)head == 0xf0 && short_locked(s, head, va);
}

/* Apart, so that the short way does not pay for its stack frame. */
static __attribute__((noinline)) bool long_way(struct vcpu *v, uint64_t va, struct fetched *f)
{
    struct target t = {.va = va};

    return !mm_l1e_of(v, va, &t.table, &t.slot, &t.entry) && long_store(v, &t, f);
}

bool live_write(struct vcpu *v, uint64_t va)
{
    struct regs *r = &v->ctx.regs;
    struct short_store s;
    struct fetched f;
    uint64_t old;

    fetch_first(&f, r->rip);
    if (unlikely(f.have != FETCH_FIRST || !(va & (PAGE_SIZE - 1)) || !is_short(&s, r, f.head, va)))
        return long_way(v, va, &f);
    int rc = mm_store(v, va, s.keep, s.put, &old);
    if (likely(rc == 0))
        short_finish(r, &s, va, old);
    return rc == 0 || rc == -EAGAIN;
}
