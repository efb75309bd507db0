/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder against the assembler: every form it knows, written as assembly and compared field by
 * field. Proves [decode.bounded] and [decode.whole]: the bytes end where a page without access
 * begins.
 */
#include <sys/mman.h>

#include "lib/string.h"
#include "machine.h"
#include "pv/decode.h"

struct expected {
    const uint8_t *start, *end;
    const char *text;
    uint8_t operation, bytes;
    uint8_t reg1, rm1; /* register number + 1; 0: there is none */
    bool memory;
    uint64_t address;
    bool has_imm;
    int64_t imm;
    bool lock, repeat, high;
    uint8_t segment;
};

/* Registers of every case: rax = 0x1000, rcx = 0x2000, ... r15 = 0x10000; rip = 0x100000. */
#define R(n) (0x1000ull * ((n) + 1))
#define RIP  0x100000ull
#define ROOM 16

#define CODE(id, insn)                                                                             \
    __asm__(".pushsection .rodata\ncode_" #id ": " insn "\nend_" #id ":\n.popsection\n");          \
    extern const uint8_t code_##id[], end_##id[];
#define PLAIN(id, insn, op, size, ...) CODE(id, insn)
#define KNOWN(id, insn, op, size, ...)                                                             \
    {code_##id, end_##id, insn, .operation = op, .bytes = size, __VA_ARGS__},
#define MEM(a) .memory = true, .address = (a)
#define IMM(i) .has_imm = true, .imm = (i)
#define REG(n) .reg1 = (n) + 1
#define RM(n)  .rm1 = (n) + 1
#define NONE   .imm = 0

#define CASES(X)                                                                                   \
    X(1, "inb $0x71, %al", OP_IN, 1, IMM(0x71))                                                    \
    X(2, "inl $0x10, %eax", OP_IN, 4, IMM(0x10))                                                   \
    X(3, "inb %dx, %al", OP_IN, 1, NONE)                                                           \
    X(4, "inw %dx, %ax", OP_IN, 2, NONE)                                                           \
    X(5, "inl %dx, %eax", OP_IN, 4, NONE)                                                          \
    X(6, "outb %al, $0x80", OP_OUT, 1, IMM(-128))                                                  \
    X(7, "outw %ax, %dx", OP_OUT, 2, NONE)                                                         \
    X(8, "outl %eax, %dx", OP_OUT, 4, NONE)                                                        \
    X(9, "rep insb", OP_INS, 1, .repeat = true)                                                    \
    X(10, "rep insl", OP_INS, 4, .repeat = true)                                                   \
    X(11, "rep outsw", OP_OUTS, 2, .repeat = true)                                                 \
    X(12, "outsb %gs:(%rsi), %dx", OP_OUTS, 1, .segment = 0x65)                                    \
    X(13, "cli", OP_CLI, 4, NONE)                                                                  \
    X(14, "sti", OP_STI, 4, NONE)                                                                  \
    X(15, "clts", OP_CLTS, 4, NONE)                                                                \
    X(16, "wbinvd", OP_WBINVD, 4, NONE)                                                            \
    X(17, "invd", OP_WBINVD, 4, NONE)                                                              \
    X(18, "mov %cr0, %rbx", OP_READ_CR, 8, REG(0), RM(3))                                          \
    X(19, "mov %r12, %cr4", OP_WRITE_CR, 8, REG(4), RM(12))                                        \
    X(20, "mov %cr8, %rax", OP_READ_CR, 8, REG(8), RM(0))                                          \
    X(21, "mov %db6, %r9", OP_READ_DR, 8, REG(6), RM(9))                                           \
    X(22, "mov %rdi, %db7", OP_WRITE_DR, 8, REG(7), RM(7))                                         \
    X(23, "wrmsr", OP_WRMSR, 4, NONE)                                                              \
    X(24, "rdmsr", OP_RDMSR, 4, NONE)                                                              \
    X(25, "rdtsc", OP_RDTSC, 4, NONE)                                                              \
    X(26, "xsetbv", OP_XSETBV, 4, NONE)                                                            \
    X(30, "mov %rsi, (%rdi)", OP_MOV, 8, REG(6), MEM(R(7)))                                        \
    X(31, "mov %r15d, 8(%r13)", OP_MOV, 4, REG(15), MEM(R(13) + 8))                                \
    X(32, "mov %rax, -0x1000(%rsp,%rcx,8)", OP_MOV, 8, REG(0), MEM(R(4) + 8 * R(1) - 0x1000))      \
    X(33, "mov %rax, 0x12345(%rip)", OP_MOV, 8, REG(0), MEM(RIP + 7 + 0x12345))                    \
    X(34, "movq $-2, 0x10(%rip)", OP_MOV, 8, MEM(RIP + 11 + 0x10), IMM(-2))                        \
    X(35, "movl $0x7fffffff, (%r12)", OP_MOV, 4, MEM(R(12)), IMM(0x7fffffff))                      \
    X(36, "movw $-1, (%rbp)", OP_MOV, 2, MEM(R(5)), IMM(-1))                                       \
    X(37, "movb $5, 0x7f(%rax)", OP_MOV, 1, MEM(R(0) + 0x7f), IMM(5))                              \
    X(38, "mov %ah, (%rbx)", OP_MOV, 1, REG(0), .high = true, MEM(R(3)))                           \
    X(39, "mov %sil, (%rbx)", OP_MOV, 1, REG(6), MEM(R(3)))                                        \
    X(40, "xchg %rax, (%rbx)", OP_XCHG, 8, REG(0), MEM(R(3)))                                      \
    X(41, "xchg %r9, 0x800(%r9,%r9,2)", OP_XCHG, 8, REG(9), MEM(3 * R(9) + 0x800))                 \
    X(42, "xchg %bh, (%rcx)", OP_XCHG, 1, REG(3), .high = true, MEM(R(1)))                         \
    X(43, "lock andb $0xfd, (%rbx)", OP_AND, 1, MEM(R(3)), IMM(-3), .lock = true)                  \
    X(44, "lock andb $0xfd, 1(%r8)", OP_AND, 1, MEM(R(8) + 1), IMM(-3), .lock = true)              \
    X(45, "lock orb $1, (%rdi)", OP_OR, 1, MEM(R(7)), IMM(1), .lock = true)                        \
    X(46, "andq $-3, (%rdi)", OP_AND, 8, MEM(R(7)), IMM(-3))                                       \
    X(47, "lock andl $0x12345678, (%rdi)", OP_AND, 4, MEM(R(7)), IMM(0x12345678), .lock = true)    \
    X(48, "lock orq %rdx, (%rdi)", OP_OR, 8, REG(2), MEM(R(7)), .lock = true)                      \
    X(49, "andb %dl, (%rdi)", OP_AND, 1, REG(2), MEM(R(7)))                                        \
    X(50, "lock btrq $5, (%rdi)", OP_BTR, 8, MEM(R(7)), IMM(5), .lock = true)                      \
    X(51, "lock btsq $63, (%r10)", OP_BTS, 8, MEM(R(10)), IMM(63), .lock = true)                   \
    X(52, "lock btrq %rcx, (%rdi)", OP_BTR, 8, REG(1), MEM(R(7)), .lock = true)                    \
    X(53, "btsl %ecx, (%rdi)", OP_BTS, 4, REG(1), MEM(R(7)))                                       \
    X(54, "lock cmpxchg %rcx, (%rdi)", OP_CMPXCHG, 8, REG(1), MEM(R(7)), .lock = true)             \
    X(55, "cmpxchg %cl, (%rdi)", OP_CMPXCHG, 1, REG(1), MEM(R(7)))                                 \
    X(56, "mov %rax, %gs:8(%rdx)", OP_MOV, 8, REG(0), MEM(R(2) + 8), .segment = 0x65)              \
    X(57, "mov %rax, 8(%edx)", OP_MOV, 8, REG(0), MEM(R(2) + 8))                                   \
    X(58, "mov %rax, 0x7000", OP_MOV, 8, REG(0), MEM(0x7000))                                      \
    X(59, "xchg %rax, (,%r12,4)", OP_XCHG, 8, REG(0), MEM(4 * R(12)))                              \
    X(60, ".byte 0x2e,0x65,0x36; mov %rax, (%rdx)", OP_MOV, 8, REG(0), MEM(R(2)), .segment = 0x65)

CASES(PLAIN)
static const struct expected cases[] = {CASES(KNOWN)};

#define STRANGERS(X)                                                                               \
    X(100, "hlt", OP_NONE, 0, NONE)                                                                \
    X(101, "invlpg (%rax)", OP_NONE, 0, NONE)                                                      \
    X(102, "lgdt (%rax)", OP_NONE, 0, NONE)                                                        \
    X(103, "lidt (%rax)", OP_NONE, 0, NONE)                                                        \
    X(104, "ltr %ax", OP_NONE, 0, NONE)                                                            \
    X(105, "lldt %ax", OP_NONE, 0, NONE)                                                           \
    X(106, "swapgs", OP_NONE, 0, NONE)                                                             \
    X(107, "sysretq", OP_NONE, 0, NONE)                                                            \
    X(108, "iretq", OP_NONE, 0, NONE)                                                              \
    X(109, "monitor", OP_NONE, 0, NONE)                                                            \
    X(110, "add %rax, (%rbx)", OP_NONE, 0, NONE)                                                   \
    X(111, "lock xorq $1, (%rbx)", OP_NONE, 0, NONE)                                               \
    X(112, "mov %rax, %rbx", OP_NONE, 0, NONE)                                                     \
    X(113, "xchg %rbx, %rcx", OP_NONE, 0, NONE)                                                    \
    X(114, "btq $3, (%rax)", OP_NONE, 0, NONE)                                                     \
    X(115, "lock btcq $3, (%rax)", OP_NONE, 0, NONE)                                               \
    X(116, ".byte 0xf0; mov %rax, (%rbx)", OP_NONE, 0, NONE)                                       \
    X(117, ".byte 0xf0; cli", OP_NONE, 0, NONE)                                                    \
    X(118, "push %rax", OP_NONE, 0, NONE)                                                          \
    X(119, "stosq", OP_NONE, 0, NONE)                                                              \
    X(120, ".byte 0x67; insb", OP_NONE, 0, NONE)                                                   \
    X(121, "vmcall", OP_NONE, 0, NONE)                                                             \
    X(122, "cpuid", OP_NONE, 0, NONE)                                                              \
    X(123, "cmpxchg16b (%rdi)", OP_NONE, 0, NONE)                                                  \
    X(124, "lmsw %ax", OP_NONE, 0, NONE)                                                           \
    X(125, ".fill 15, 1, 0x66; in %dx, %al", OP_NONE, 0, NONE)                                     \
    X(126, ".fill 11, 1, 0x2e; movq $1, (%rdi)", OP_NONE, 0, NONE)

STRANGERS(PLAIN)
static const struct expected strangers[] = {STRANGERS(KNOWN)};

static uint8_t *page_end; /* what lies here faults */
static struct regs regs;

/* Decodes n bytes that end at the end of accessible memory. */
static enum decode_result decode_at_end(const uint8_t *bytes, unsigned n, struct instruction *in)
{
    memcpy(page_end - n, bytes, n);
    memset(in, 0xa5, sizeof(*in));
    return decode(page_end - n, n, &regs, in);
}

static bool matches(const struct expected *e, const struct instruction *in)
{
    bool reg = !e->reg1 || (in->reg + 1 == e->reg1 && in->high == e->high);
    bool rm = !e->rm1 || in->rm + 1 == e->rm1;

    return in->length == e->end - e->start && in->operation == e->operation &&
           in->bytes == e->bytes && reg && rm && in->memory == e->memory &&
           (!e->memory || in->address == e->address) && in->has_imm == e->has_imm &&
           (!e->has_imm || in->imm == e->imm) && in->lock == e->lock && in->repeat == e->repeat &&
           in->segment == e->segment;
}

/* One instruction, alone and with other bytes after it, and every beginning of it. */
static bool case_holds(const struct expected *e)
{
    unsigned n = e->end - e->start;
    uint8_t padded[ROOM];
    struct instruction in;

    if (decode_at_end(e->start, n, &in) != DECODED || !matches(e, &in))
        return false;
    memset(padded, 0xcc, sizeof(padded));
    memcpy(padded, e->start, n);
    if (decode_at_end(padded, ROOM, &in) != DECODED || !matches(e, &in))
        return false;
    while (n-- > 0)
        if (decode_at_end(e->start, n, &in) != DECODE_SHORT)
            return false;
    return true;
}

static bool stranger_refused(const struct expected *e)
{
    uint8_t padded[ROOM] = {0};
    struct instruction in;

    memcpy(padded, e->start, MIN(e->end - e->start, ROOM));
    return decode_at_end(padded, ROOM, &in) == DECODE_UNKNOWN;
}

static uint64_t random_state = 88172645463325252ull;

static uint64_t random64(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static bool is_sane(const struct instruction *in, unsigned n, enum decode_result rc)
{
    if (rc != DECODED)
        return rc == DECODE_UNKNOWN || (rc == DECODE_SHORT && n < INSTRUCTION_MAX);
    bool size = in->bytes == 1 || in->bytes == 2 || in->bytes == 4 || in->bytes == 8;

    return size && in->length >= 1 && in->length <= MIN(n, INSTRUCTION_MAX) && in->reg < 16 &&
           in->rm < 16 && in->operation > OP_NONE && in->operation <= OP_CMPXCHG &&
           (in->operation < OP_MOV || in->memory);
}

/* Random bytes; half of them made to begin like something known. */
static bool random_bytes_hold(unsigned rounds)
{
    while (rounds--) {
        uint8_t bytes[ROOM];
        struct instruction in, again;
        unsigned n = random64() % (ROOM + 1);

        for (unsigned i = 0; i < ROOM; i += 8)
            *(uint64_t *)(bytes + i) = random64();
        if (rounds & 1) {
            const struct expected *e = &cases[random64() % ARRAY_SIZE(cases)];
            memcpy(bytes, e->start, MIN(e->end - e->start, 2));
        }
        enum decode_result rc = decode_at_end(bytes, n, &in);
        if (!is_sane(&in, n, rc))
            return false;
        memset(&again, 0x5a, sizeof(again));
        if (decode(bytes, n, &regs, &again) != rc || memcmp(&in, &again, sizeof(in)) != 0)
            return false;
    }
    return true;
}

int main(void)
{
    uint8_t *pages =
        mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    mprotect(pages + PAGE_SIZE, PAGE_SIZE, PROT_NONE);
    page_end = pages + PAGE_SIZE;
    for (unsigned i = 0; i < 16; i++)
        *reg_of(&regs, i) = R(i);
    regs.rip = RIP;
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
        check(case_holds(&cases[i]), cases[i].text);
    for (unsigned i = 0; i < ARRAY_SIZE(strangers); i++)
        check(stranger_refused(&strangers[i]), strangers[i].text);
    check(random_bytes_hold(3000000), "random bytes: bounded, whole and repeatable");
    return check_end();
}
