/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stores to live page tables against the processor itself.
 *
 * A page of made-up entries is read-only. A random instruction with random registers is executed;
 * it faults, and the signal's registers and address go to live_write(), which works on a copy of
 * the page. Then the page becomes writable, the processor executes the same instruction, and both
 * results must be the same: memory, registers, flags, length. Proves [live.whole] and
 * [live.within].
 */
#define _GNU_SOURCE /* the names of the registers in a signal context */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "lib/bug.h"
#include "machine.h"
#include "pv/emulate.h"
#include "mm/mm.h"

#define ENTRIES 512
#define RSP     4

/* What the processor does: loads registers from trial_in, jumps to the code, stores them to
 * trial_out. The first 15 words of struct regs are pushed and popped in its own order. */
struct registers {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, rflags;
};
struct registers trial_in, trial_out;
void *trial_code;
void trial_run(void), trial_back(void);

__asm__(".text\n"
        ".globl trial_run, trial_back\n"
        "trial_run:\n"
        " push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        " mov %rsp, trial_rsp(%rip)\n"
        " lea trial_in(%rip), %rsp\n"
        " pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; pop %r11; pop %r10\n"
        " pop %r9; pop %r8; pop %rax; pop %rcx; pop %rdx; pop %rsi; pop %rdi; popfq\n"
        " mov trial_rsp(%rip), %rsp\n"
        " jmp *trial_code(%rip)\n"
        "trial_back:\n"
        " lea trial_out+128(%rip), %rsp\n"
        " pushfq; push %rdi; push %rsi; push %rdx; push %rcx; push %rax; push %r8; push %r9\n"
        " push %r10; push %r11; push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        " mov trial_rsp(%rip), %rsp\n"
        " pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
        " cld; ret\n"
        ".local trial_rsp\n"
        ".comm trial_rsp,8,8\n");

static struct domain domain;
static struct vcpu vcpu;
static uint8_t *code, *page;        /* one mapping: the entries follow the code within 2 GB */
static uint64_t shadow[ENTRIES];    /* what live_write() works on */
static bool emulated;               /* its answer */
static bool refuse;                 /* mm_ptwr() refuses */
static unsigned races, race_budget; /* mm_ptwr() finds another CPU's change so often */

/* --- What mm/ does --- */

int mm_l1e_of(const struct vcpu *v, uint64_t va, mfn_t *table, unsigned *slot, uint64_t *entry)
{
    uint64_t offset = va - (uint64_t)page;

    if (offset >= PAGE_SIZE)
        return -ENOENT;
    *table = MFN(7);
    *slot = offset / 8;
    *entry = shadow[*slot];
    return 0;
}

int mm_ptwr(struct vcpu *v, mfn_t table, unsigned slot, uint64_t old, uint64_t new)
{
    if (refuse)
        return -EINVAL;
    if (races < race_budget) {
        races++;
        return -EAGAIN;
    }
    if (shadow[slot] != old || table.n != 7)
        return -EAGAIN;
    shadow[slot] = new;
    return 0;
}

int mm_store(struct vcpu *v, uint64_t va, uint64_t keep, uint64_t put, uint64_t *old)
{
    mfn_t table;
    unsigned slot;
    int rc = mm_l1e_of(v, va, &table, &slot, old);

    for (unsigned tries = 0; rc == 0 && tries < 8; tries++) {
        *old = shadow[slot];
        int stored = mm_ptwr(v, table, slot, *old, (*old & keep) | put);
        if (stored != -EAGAIN)
            return stored;
    }
    return rc ? rc : -EAGAIN;
}

/* --- Random instructions --- */

static uint64_t random_state = 0x9e3779b97f4a7c15ull;

static uint64_t random64(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

struct form {
    const char *name;
    uint8_t opcode[2]; /* second byte is only there after 0f */
    int group;         /* ModRM reg field, or -1: a register */
    uint8_t imm;       /* 0, 1, or 4: as the operand size has it */
    bool byte, lock, bit;
    uint64_t undefined; /* flags the manual leaves open */
};

#define CF 1ull
#define PF 4ull
#define AF 0x10ull
#define ZF 0x40ull
#define SF 0x80ull
#define OF 0x800ull

static const struct form forms[] = {
    {"mov r,m", {0x89}, -1, 0, false, false, false, 0},
    {"mov r8,m8", {0x88}, -1, 0, true, false, false, 0},
    {"mov imm,m", {0xc7}, 0, 4, false, false, false, 0},
    {"mov imm8,m8", {0xc6}, 0, 1, true, false, false, 0},
    {"xchg r,m", {0x87}, -1, 0, false, true, false, 0},
    {"xchg r8,m8", {0x86}, -1, 0, true, true, false, 0},
    {"and r,m", {0x21}, -1, 0, false, true, false, AF},
    {"and r8,m8", {0x20}, -1, 0, true, true, false, AF},
    {"or r,m", {0x09}, -1, 0, false, true, false, AF},
    {"or r8,m8", {0x08}, -1, 0, true, true, false, AF},
    {"and imm8,m8", {0x80}, 4, 1, true, true, false, AF},
    {"or imm8,m8", {0x80}, 1, 1, true, true, false, AF},
    {"and imm,m", {0x81}, 4, 4, false, true, false, AF},
    {"or imm,m", {0x81}, 1, 4, false, true, false, AF},
    {"and imm8,m", {0x83}, 4, 1, false, true, false, AF},
    {"or imm8,m", {0x83}, 1, 1, false, true, false, AF},
    {"bts imm8,m", {0x0f, 0xba}, 5, 1, false, true, false, OF | SF | AF | PF},
    {"btr imm8,m", {0x0f, 0xba}, 6, 1, false, true, false, OF | SF | AF | PF},
    {"bts r,m", {0x0f, 0xab}, -1, 0, false, true, true, OF | SF | AF | PF},
    {"btr r,m", {0x0f, 0xb3}, -1, 0, false, true, true, OF | SF | AF | PF},
    {"cmpxchg r,m", {0x0f, 0xb1}, -1, 0, false, true, false, 0},
    {"cmpxchg r8,m8", {0x0f, 0xb0}, -1, 0, true, true, false, 0},
};

static uint64_t *reg_in(unsigned n)
{
    static const uint8_t place[16] = {10, 11, 12, 5, 0, 4, 13, 14, 9, 8, 7, 6, 3, 2, 1, 0};

    return (uint64_t *)&trial_in + place[n];
}

static unsigned random_reg(void)
{
    unsigned n = random64() % 15;

    return n >= RSP ? n + 1 : n;
}

struct trial {
    unsigned bytes, length;
    uint64_t target; /* address of the operand */
    bool possible;
    bool rax_in_address;
};

static uint8_t *put_int32(uint8_t *p, int32_t value)
{
    memcpy(p, &value, 4);
    return p + 4;
}

/* A ModRM byte and what follows, with a random way to say t->target. */
static uint8_t *put_operand(uint8_t *p, struct trial *t, uint8_t reg, unsigned source, uint8_t *rex,
                            uint64_t moved, unsigned imm_bytes)
{
    unsigned base = random_reg(), index = random_reg(), kind = random64() % 4;
    int32_t disp = (int32_t)random64() >> 4;

    t->target -= moved;                          /* what a bit index adds */
    if (base != source && random64() % 8 == 0) { /* an index without a base */
        *rex |= base >> 3 << 1;
        *p++ = reg << 3 | 4;
        *p++ = (base & 7) << 3 | 5;
        *reg_in(base) = t->target - disp;
        t->target += moved;
        t->rax_in_address = base == 0;
        return put_int32(p, disp);
    }
    if (base == source)
        kind = 3;
    if (kind == 3) { /* rip-relative; no register can be in the way */
        *p++ = reg << 3 | 5;
        p = put_int32(p, t->target - (uint64_t)(p + 4 + imm_bytes));
        t->target += moved;
        return p;
    }
    unsigned mod = kind == 2 ? 2 : kind == 1 ? 1 : (base & 7) == 5 ? 1 : 0;
    int64_t add = mod == 1 ? (int8_t)disp : mod == 2 ? disp : 0;
    bool sib = (base & 7) == 4 || random64() % 3 == 0;
    if (sib && index == base)
        index = base == 0 ? 1 : 0;
    unsigned scale = random64() % 4;
    t->rax_in_address = base == 0 || (sib && index == 0);

    *rex |= base >> 3;
    *p++ = mod << 6 | reg << 3 | (sib ? 4 : base & 7);
    if (sib) {
        *rex |= index >> 3 << 1;
        *p++ = scale << 6 | (index & 7) << 3 | (base & 7);
    }
    if (mod == 1)
        *p++ = (uint8_t)add;
    if (mod == 2)
        p = put_int32(p, add);
    *reg_in(base) = t->target - add - (sib ? *reg_in(index) << scale : 0);
    t->target += moved;
    return p;
}

/* Assembles a random instance of a form, and registers to go with it. */
static struct trial assemble(const struct form *f)
{
    static const uint8_t sizes[] = {8, 8, 8, 4, 4, 2};
    struct trial t = {.bytes = f->byte ? 1 : sizes[random64() % sizeof(sizes)]};
    uint8_t *p = code, *rex_at, rex = 0, tail[16], *q;
    unsigned source = random_reg(), imm = f->imm == 4 ? (t.bytes == 2 ? 2 : 4) : f->imm;
    uint64_t moved = 0;

    for (unsigned i = 0; i < 15; i++)
        *((uint64_t *)&trial_in + i) = random64();
    if (f->bit) { /* small enough to stay near, and sign-extended into the whole register */
        int64_t index = (int16_t)random64();
        *reg_in(source) = index;
        moved = (uint64_t)(index >> (t.bytes == 8 ? 6 : t.bytes == 4 ? 5 : 4)) * t.bytes;
    }
    t.target = (uint64_t)page + (random64() % (PAGE_SIZE / t.bytes)) * t.bytes;
    if (f->group < 0) {
        bool high = f->byte && source < 4 && random64() % 2;
        if (!high && (f->byte || source >= 8))
            rex = 0x40 | (source >> 3) << 2;
        if (high)
            source += 4;
    }
    bool no_rex = f->byte && f->group < 0 && !rex;
    if (t.bytes == 2)
        *p++ = 0x66;
    if (f->lock && random64() % 2)
        *p++ = 0xf0;
    if (t.bytes == 8)
        rex |= 0x48;
    rex_at = p;
    /* The operand's length is needed before REX is known: put it together in place, then shift. */
    uint8_t operand_rex = 0;
    unsigned opcode_bytes = f->opcode[0] == 0x0f ? 2 : 1;
    p = rex_at + 1 + opcode_bytes; /* as if REX were there */
    q = put_operand(p, &t, f->group < 0 ? source & 7 : (unsigned)f->group,
                    f->group < 0 ? (no_rex && source >= 4 ? source - 4 : source) : 99, &operand_rex,
                    moved, imm);
    for (unsigned i = 0; i < imm; i++)
        *q++ = random64();
    if (operand_rex)
        rex |= 0x40 | operand_rex;
    if (!rex && (*p & 0xc7) == 5) { /* without REX the next instruction is one byte nearer */
        int32_t disp;
        memcpy(&disp, p + 1, 4);
        put_int32(p + 1, disp + 1);
    }
    t.possible = !(no_rex && operand_rex);
    memcpy(tail, p, q - p);
    p = rex_at;
    if (rex)
        *p++ = rex;
    memcpy(p, f->opcode, opcode_bytes);
    p += opcode_bytes;
    memcpy(p, tail, q - (rex_at + 1 + opcode_bytes));
    p += q - (rex_at + 1 + opcode_bytes);
    t.length = p - code;
    memcpy(p, "\xff\x25\0\0\0\0", 6); /* jmp *0(%rip) */
    memcpy(p + 6, &(void *){(void *)trial_back}, 8);
    return t;
}

/* --- One trial --- */

static void on_fault(int number, siginfo_t *info, void *context)
{
    greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
    struct regs *r = &vcpu.ctx.regs;

    *r = (struct regs){.r15 = g[REG_R15],
                       .r14 = g[REG_R14],
                       .r13 = g[REG_R13],
                       .r12 = g[REG_R12],
                       .rbp = g[REG_RBP],
                       .rbx = g[REG_RBX],
                       .r11 = g[REG_R11],
                       .r10 = g[REG_R10],
                       .r9 = g[REG_R9],
                       .r8 = g[REG_R8],
                       .rax = g[REG_RAX],
                       .rcx = g[REG_RCX],
                       .rdx = g[REG_RDX],
                       .rsi = g[REG_RSI],
                       .rdi = g[REG_RDI],
                       .rip = g[REG_RIP],
                       .rflags = g[REG_EFL],
                       .rsp = g[REG_RSP],
                       .cs = SEL_GUEST_CS64};
    if ((uint64_t)info->si_addr - (uint64_t)page >= PAGE_SIZE)
        panic("this test is wrong: fault at %p, rip %llx", info->si_addr, g[REG_RIP]);
    emulated = live_write(&vcpu, (uint64_t)info->si_addr);
    mprotect(page, PAGE_SIZE, PROT_READ | PROT_WRITE);
}

static bool same(const struct form *f, const struct trial *t)
{
    const struct regs *r = &vcpu.ctx.regs;
    uint64_t compared = (CF | PF | AF | ZF | SF | OF) & ~f->undefined;

    return emulated && memcmp(page, shadow, PAGE_SIZE) == 0 &&
           memcmp(r, &trial_out, 15 * sizeof(uint64_t)) == 0 &&
           !((r->rflags ^ trial_out.rflags) & compared) && r->rip == (uint64_t)code + t->length &&
           !(r->rflags & FLAG_RF);
}

static void fill_page(void)
{
    mprotect(page, PAGE_SIZE, PROT_READ | PROT_WRITE);
    for (unsigned i = 0; i < ENTRIES; i++)
        shadow[i] = random64();
    memcpy(page, shadow, PAGE_SIZE);
    mprotect(page, PAGE_SIZE, PROT_READ);
}

static bool form_holds(const struct form *f, unsigned rounds)
{
    while (rounds--) {
        struct trial t = assemble(f);

        if (!t.possible)
            continue;
        fill_page();
        if ((f->opcode[1] & 0xfe) == 0xb0 && !t.rax_in_address && random64() % 2)
            memcpy(&trial_in.rax, (void *)t.target, t.bytes); /* CMPXCHG that stores */
        trial_in.rflags = 0x202 | (random64() & (CF | PF | AF | ZF | SF | OF));
        races = 0;
        race_budget = random64() % 4 ? 0 : 3;
        vcpu.ctx.regs.rip = 0;
        trial_code = code;
        trial_run();
        if (!same(f, &t))
            return false;
    }
    return true;
}

/* --- What is not carried out --- */

static uint8_t
    *place; /* where the next instruction lies; the page after the code page is no code */

/* Presents an instruction to live_write(); true when it declines and nothing changed. */
static bool declined(const char *bytes, unsigned n, uint64_t rdi, uint64_t va)
{
    struct regs before;
    uint64_t entries[ENTRIES];

    memset(code, 0xcc, PAGE_SIZE);
    memcpy(place, bytes, n);
    memcpy(entries, shadow, sizeof(entries));
    vcpu.ctx.regs = (struct regs){.rdi = rdi, .rax = random64(), .rip = (uint64_t)place};
    before = vcpu.ctx.regs;
    return !live_write(&vcpu, va) && memcmp(&before, &vcpu.ctx.regs, sizeof(before)) == 0 &&
           memcmp(entries, shadow, sizeof(entries)) == 0;
}

#define DECLINED(bytes, rdi, va) declined(bytes, sizeof(bytes) - 1, rdi, va)
#define MOV_RAX_RDI              "\x48\x89\x07"

static void check_declined(void)
{
    uint64_t at = (uint64_t)page + 64;

    place = code;
    check(DECLINED(MOV_RAX_RDI, at + PAGE_SIZE, at + PAGE_SIZE), "outside any table");
    check(DECLINED(MOV_RAX_RDI, at + 4, at + 4), "an operand in two entries");
    check(DECLINED("\x89\x07", at + 6, at + 6), "a short operand in two entries");
    check(DECLINED(MOV_RAX_RDI, (uint64_t)page - 4, (uint64_t)page),
          "a store from the page before");
    check(DECLINED("\x48\x01\x07", at, at), "add is not ours");
    check(DECLINED("\xe6\x80", at, at), "out is not a store");
    check(DECLINED("\x48\xab", at, at), "stosq is not ours");
    refuse = true;
    check(DECLINED(MOV_RAX_RDI, at, at), "an entry the domain may not have: mov");
    check(DECLINED("\x48\x87\x07", at, at), "an entry the domain may not have: xchg");
    refuse = false;
}

/* Instructions at the end of readable memory. */
static void check_page_end(void)
{
    uint64_t at = (uint64_t)page + 64;

    place = code + PAGE_SIZE - 3;
    check(!DECLINED(MOV_RAX_RDI, at, at) && vcpu.ctx.regs.rip == (uint64_t)page &&
              shadow[8] == vcpu.ctx.regs.rax,
          "an instruction that ends with its page");
    place = code + PAGE_SIZE - 2;
    check(DECLINED("\x48\x89", at, at), "an instruction whose end cannot be read");
}

/* Against endless changes by others it gives the guest its turn again. */
static void check_endless_race(void)
{
    uint64_t at = (uint64_t)page + 64;

    memcpy(code, MOV_RAX_RDI, 3);
    races = 0;
    race_budget = ~0u;
    vcpu.ctx.regs = (struct regs){.rdi = at, .rip = (uint64_t)code};
    check(live_write(&vcpu, at) && vcpu.ctx.regs.rip == (uint64_t)code && races < 100,
          "an entry that never holds still: the instruction runs again");
    race_budget = 0;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

    machine_reset(&vcpu, &domain);
    code = mmap(NULL, 3 * PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page = code + PAGE_SIZE;
    machine.region[0] = (struct region){code, PAGE_SIZE, false, 0};
    sigaction(SIGSEGV, &action, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++)
        check(form_holds(&forms[i], 2000), forms[i].name);
    race_budget = 0;
    check_declined();
    check_page_end();
    check_endless_race();
    return check_end();
}
