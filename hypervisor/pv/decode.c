/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder: a pure function over bytes and registers.
 *
 * It knows the privileged instructions a guest kernel may use and the stores Linux makes to page
 * tables, and nothing else: what is not in the two tables below is DECODE_UNKNOWN and the fault
 * goes to the guest.
 *
 * [decode.bounded] no byte behind bytes[length) is read, and none behind the 15th
 * [decode.whole]   every field of the result is written, whatever the bytes are
 *
 * Not here: fetching the bytes (fetch.c), what the instructions do (privileged.c, live_write.c).
 */
#include "pv/decode.h"

enum form {
    MODRM = 1 << 0, /* register or memory operand, and a register operand */
    IMM8 = 1 << 1,  /* one immediate byte */
    IMMZ = 1 << 2,  /* two immediate bytes after 66, else four */
    BYTE = 1 << 3,  /* operands of one byte */
    MAX4 = 1 << 4,  /* REX.W does not widen the operand */
    WIDE = 1 << 5,  /* always eight bytes */
    REGS = 1 << 6,  /* ModRM names two registers whatever its mod field says */
    GROUP = 1 << 7, /* the ModRM reg field is part of the opcode: see regroup() */
    STORE = 1 << 8, /* the ModRM operand must be memory */
    LOCK = 1 << 9,  /* LOCK is allowed */
};

enum prefix { REX_B = 1, REX_X = 2, REX_R = 4, REX_W = 8 };

struct row {
    uint16_t form;
    uint8_t operation;
};

#define RM (MODRM | STORE)

static const struct row one_byte[256] = {
    [0x08] = {RM | BYTE | LOCK, OP_OR},
    [0x09] = {RM | LOCK, OP_OR},
    [0x20] = {RM | BYTE | LOCK, OP_AND},
    [0x21] = {RM | LOCK, OP_AND},
    [0x6c] = {BYTE, OP_INS},
    [0x6d] = {MAX4, OP_INS},
    [0x6e] = {BYTE, OP_OUTS},
    [0x6f] = {MAX4, OP_OUTS},
    [0x80] = {RM | BYTE | IMM8 | GROUP | LOCK, OP_AND},
    [0x81] = {RM | IMMZ | GROUP | LOCK, OP_AND},
    [0x83] = {RM | IMM8 | GROUP | LOCK, OP_AND},
    [0x86] = {RM | BYTE | LOCK, OP_XCHG},
    [0x87] = {RM | LOCK, OP_XCHG},
    [0x88] = {RM | BYTE, OP_MOV},
    [0x89] = {RM, OP_MOV},
    [0xc6] = {RM | BYTE | IMM8 | GROUP, OP_MOV},
    [0xc7] = {RM | IMMZ | GROUP, OP_MOV},
    [0xe4] = {BYTE | IMM8, OP_IN},
    [0xe5] = {MAX4 | IMM8, OP_IN},
    [0xe6] = {BYTE | IMM8, OP_OUT},
    [0xe7] = {MAX4 | IMM8, OP_OUT},
    [0xec] = {BYTE, OP_IN},
    [0xed] = {MAX4, OP_IN},
    [0xee] = {BYTE, OP_OUT},
    [0xef] = {MAX4, OP_OUT},
    [0xfa] = {0, OP_CLI},
    [0xfb] = {0, OP_STI},
};

static const struct row two_bytes[256] = {
    /* after 0f */
    [0x01] = {MODRM | GROUP, OP_XSETBV},
    [0x06] = {0, OP_CLTS},
    [0x08] = {0, OP_WBINVD}, /* INVD: writing back first is always allowed */
    [0x09] = {0, OP_WBINVD},
    [0x20] = {MODRM | REGS | WIDE, OP_READ_CR},
    [0x21] = {MODRM | REGS | WIDE, OP_READ_DR},
    [0x22] = {MODRM | REGS | WIDE, OP_WRITE_CR},
    [0x23] = {MODRM | REGS | WIDE, OP_WRITE_DR},
    [0x30] = {0, OP_WRMSR},
    [0x31] = {0, OP_RDTSC},
    [0x32] = {0, OP_RDMSR},
    [0xab] = {RM | LOCK, OP_BTS},
    [0xb0] = {RM | BYTE | LOCK, OP_CMPXCHG},
    [0xb1] = {RM | LOCK, OP_CMPXCHG},
    [0xb3] = {RM | LOCK, OP_BTR},
    [0xba] = {RM | IMM8 | GROUP | LOCK, OP_BTS},
};

struct cursor {
    const uint8_t *start, *at, *end;
    bool ran_out;
};

struct prefixes {
    uint8_t rex, segment;
    bool operand16, address32, lock, repeat;
};

static uint8_t next(struct cursor *c)
{
    if (c->at < c->end)
        return *c->at++;
    c->ran_out = true;
    return 0;
}

/* The next n bytes (1, 2 or 4) as a signed number. */
static int64_t next_signed(struct cursor *c, unsigned n)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)next(c) << (8 * i);
    return (int64_t)(v << (64 - 8 * n)) >> (64 - 8 * n);
}

/* Notes one legacy prefix; false when the byte is none. */
static bool note_prefix(struct prefixes *p, uint8_t byte)
{
    switch (byte) {
    case 0x66:
        p->operand16 = true;
        return true;
    case 0x67:
        p->address32 = true;
        return true;
    case 0xf0:
        p->lock = true;
        return true;
    case 0xf2:
    case 0xf3:
        p->repeat = true;
        return true;
    case 0x64:
    case 0x65:
        p->segment = byte;
        return true;
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
        return true; /* bases that are 0 in 64-bit mode; the last FS or GS counts (SDM vol.
                        1, 3.3.7.1) */
    default:
        return false;
    }
}

/* Reads all prefixes and returns the byte after them. REX counts only as the last one. */
static uint8_t read_prefixes(struct cursor *c, struct prefixes *p)
{
    uint8_t byte = next(c);

    while (byte >= 0x26 && note_prefix(p, byte))
        byte = next(c);
    if ((byte & 0xf0) == 0x40) {
        p->rex = byte;
        byte = next(c);
    }
    return byte;
}

static const struct row *find_row(struct cursor *c, uint8_t opcode)
{
    return opcode == 0x0f ? &two_bytes[next(c)] : &one_byte[opcode];
}

static uint8_t operand_bytes(unsigned form, const struct prefixes *p)
{
    if (form & BYTE)
        return 1;
    if (form & WIDE)
        return 8;
    if ((p->rex & REX_W) && !(form & MAX4))
        return 8;
    return p->operand16 ? 2 : 4;
}

static uint64_t register_value(const struct regs *r, unsigned n)
{
    return *reg_of((struct regs *)r, n);
}

/* The SIB byte's share of the address. */
static uint64_t read_sib(struct cursor *c, const struct prefixes *p, const struct regs *r,
                         unsigned mod)
{
    uint8_t sib = next(c);
    unsigned base = (sib & 7) | (p->rex & REX_B ? 8 : 0);
    unsigned index = (sib >> 3 & 7) | (p->rex & REX_X ? 8 : 0);
    uint64_t address = 0;

    if (index != 4)
        address = register_value(r, index) << (sib >> 6);
    if ((sib & 7) == 5 && mod == 0)
        return address + (uint64_t)next_signed(c, 4);
    return address + register_value(r, base);
}

/* The ModRM memory operand; for a RIP-relative one the caller adds the length of the instruction.
 */
static bool read_address(struct cursor *c, const struct prefixes *p, const struct regs *r,
                         uint8_t modrm, uint64_t *address)
{
    unsigned mod = modrm >> 6, rm = modrm & 7;

    if (mod == 0 && rm == 5) {
        *address = r->rip + (uint64_t)next_signed(c, 4);
        return true;
    }
    *address = rm == 4 ? read_sib(c, p, r, mod) : register_value(r, rm | (p->rex & REX_B ? 8 : 0));
    if (mod == 1)
        *address += (uint64_t)next_signed(c, 1);
    if (mod == 2)
        *address += (uint64_t)next_signed(c, 4);
    return false;
}

/* What an opcode shared by several operations means, by the reg field of its ModRM byte. */
static uint8_t regroup(uint8_t operation, uint8_t modrm)
{
    static const uint8_t arithmetic[8] = {[1] = OP_OR, [4] = OP_AND};
    static const uint8_t bits[8] = {[5] = OP_BTS, [6] = OP_BTR};
    unsigned reg = modrm >> 3 & 7;

    switch (operation) {
    case OP_AND:
        return arithmetic[reg];
    case OP_BTS:
        return bits[reg];
    case OP_MOV:
        return reg == 0 ? OP_MOV : OP_NONE;
    default:
        return modrm == 0xd1 ? OP_XSETBV : OP_NONE;
    }
}

static void read_modrm(struct cursor *c, const struct prefixes *p, const struct regs *r,
                       const struct row *row, struct instruction *in, bool *rip_relative)
{
    uint8_t modrm = next(c);
    bool registers = (row->form & REGS) || modrm >> 6 == 3;

    in->reg = (modrm >> 3 & 7) | (p->rex & REX_R ? 8 : 0);
    in->rm = (modrm & 7) | (p->rex & REX_B ? 8 : 0);
    if (row->form & GROUP)
        in->operation = regroup(row->operation, modrm);
    if (registers && (row->form & STORE))
        in->operation = OP_NONE;
    if (in->bytes == 1 && !(row->form & GROUP) && !p->rex && in->reg >= 4) {
        in->high = true;
        in->reg -= 4;
    }
    if (registers)
        return;
    in->memory = true;
    *rip_relative = read_address(c, p, r, modrm, &in->address);
}

static void read_immediate(struct cursor *c, const struct row *row, struct instruction *in)
{
    if (!(row->form & (IMM8 | IMMZ)))
        return;
    in->has_imm = true;
    in->imm = next_signed(c, row->form & IMM8 ? 1 : in->bytes == 2 ? 2 : 4);
}

static bool prefixes_fit(const struct row *row, const struct prefixes *p)
{
    bool string = row->operation == OP_INS || row->operation == OP_OUTS;

    if (p->lock && !(row->form & LOCK))
        return false;
    return !(string && p->address32); /* a string in the low 4 GB by prefix: nobody does that */
}

enum decode_result decode(const uint8_t *bytes, unsigned length, const struct regs *r,
                          struct instruction *in)
{
    struct cursor c = {bytes, bytes, bytes + MIN(length, INSTRUCTION_MAX), false};
    struct prefixes p = {0};
    bool rip_relative = false;

    *in = (struct instruction){0};
    const struct row *row = find_row(&c, read_prefixes(&c, &p));
    if (!c.ran_out && (row->operation == OP_NONE || !prefixes_fit(row, &p)))
        return DECODE_UNKNOWN;
    in->operation = row->operation;
    in->bytes = operand_bytes(row->form, &p);
    in->segment = p.segment;
    in->lock = p.lock;
    in->repeat = p.repeat;
    if (row->form & MODRM)
        read_modrm(&c, &p, r, row, in, &rip_relative);
    read_immediate(&c, row, in);
    if (c.ran_out)
        return length < INSTRUCTION_MAX ? DECODE_SHORT : DECODE_UNKNOWN;
    in->length = c.at - c.start;
    if (rip_relative)
        in->address += in->length;
    if (p.address32)
        in->address = (uint32_t)in->address;
    return in->operation == OP_NONE ? DECODE_UNKNOWN : DECODED;
}
