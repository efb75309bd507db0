/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: any bytes as an instruction, any registers, any mode, and a machine that
 * refuses at random. Nothing outside the bytes may be read, nothing but listed MSRs touched, and
 * what is not carried out may not change a register.
 */
#include "lib/bug.h"
#include "lib/string.h"
#include "machine.h"
#include "pv/decode.h"
#include "pv/emulate.h"
#include "mm/mm.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

#define DATA_BYTES 512

static struct domain domain;
static struct vcpu vcpu;
static uint8_t data[DATA_BYTES];
static uint64_t random_state, entry;

static uint64_t random64(void)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return random_state >> 32 | random_state << 32;
}

int mm_l1e_of(const struct vcpu *v, uint64_t va, mfn_t *table, unsigned *slot, uint64_t *old)
{
    *table = MFN(1);
    *slot = (va & 0xfff) / 8;
    *old = entry;
    return random64() % 8 ? 0 : -ENOENT;
}

int mm_ptwr(struct vcpu *v, mfn_t table, unsigned slot, uint64_t old, uint64_t new)
{
    unsigned choice = random64() % 4;

    if (choice == 3 || old != entry)
        return -EAGAIN;
    if (choice == 2)
        return -EINVAL;
    entry = new;
    return 0;
}

int mm_store(struct vcpu *v, uint64_t va, uint64_t keep, uint64_t put, uint64_t *old)
{
    mfn_t table;
    unsigned slot;
    int rc = mm_l1e_of(v, va, &table, &slot, old);

    return rc ? rc : mm_ptwr(v, table, slot, *old, (*old & keep) | put);
}

static struct cpuid any_processor(uint32_t leaf, uint32_t sub)
{
    return (struct cpuid){random64(), random64(), random64(), random64()};
}

/* Registers of which some point at guest memory. */
static void any_registers(struct regs *r, uint64_t rip)
{
    for (unsigned i = 0; i < 16; i++)
        *reg_of(r, i) = random64() % 2 ? random64() : (uint64_t)data + random64() % DATA_BYTES;
    if (random64() % 2)
        r->rcx = random64() % 200;
    r->rip = rip;
    r->rflags = (random64() & 0x54dd5) | 0x202;
    r->cs = random64() % 4 ? SEL_GUEST_CS64 : 0x23;
}

static void any_machine(void *code, size_t n)
{
    static const uint32_t msrs[] = {0xc0000100, 0xc0000101, 0xc0000102,
                                    0x277,      0xc0000080, 0xc0000103};

    machine_reset(&vcpu, &domain);
    machine.cpuid = any_processor;
    machine.io_answer = random64();
    machine.region[0] = (struct region){code, n, false, 0};
    machine.region[1] = (struct region){data, random64() % (DATA_BYTES + 1), random64() % 2, 0};
    for (unsigned i = 0; i < ARRAY_SIZE(msrs); i++)
        machine.msr[i].number = msrs[i];
    cpuid_init(random64() % 2 ? 7 : 0, random64() % 2);
    domain.is_hardware = random64() % 2;
    vcpu.in_user = random64() % 2;
    vcpu.iopl = random64() % 4;
    vcpu.io_bitmap = GPTR((uint64_t)data);
    vcpu.io_bitmap_ports = random64() % 65537;
    entry = random64();
}

static void expect_unchanged(const struct regs *before)
{
    BUG_ON(memcmp(before, &vcpu.ctx.regs, sizeof(*before)) != 0);
}

static void try_decode(const uint8_t *code, size_t n)
{
    struct instruction in;

    memset(&in, 0xa5, sizeof(in));
    if (decode(code, n, &vcpu.ctx.regs, &in) != DECODED)
        return;
    BUG_ON(in.length == 0 || in.length > n || in.length > INSTRUCTION_MAX);
    BUG_ON(in.bytes != 1 && in.bytes != 2 && in.bytes != 4 && in.bytes != 8);
    BUG_ON(in.reg > 15 || in.rm > 15 || in.operation == OP_NONE || in.operation > OP_CMPXCHG);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct emulate_fault fault;

    if (size < 9 || size > 32)
        return 0;
    memcpy(&random_state, input, 8);
    uint8_t *code = __builtin_malloc(size - 8); /* exact, so that a byte behind it is an error */
    memcpy(code, input + 8, size - 8);
    any_machine(code, size - 8);
    any_registers(&vcpu.ctx.regs, (uint64_t)code);
    struct regs before = vcpu.ctx.regs;

    try_decode(code, size - 8);
    if (emulate_privileged(&vcpu, &fault) != EMULATE_DONE)
        expect_unchanged(&before);
    BUG_ON(!domain.is_hardware && machine.io_count != 0);
    BUG_ON(machine.io_count > 64 * 2);
    vcpu.ctx.regs = before;
    uint64_t va = random64() % 2 ? before.rdi : random64();
    if (!live_write(&vcpu, va))
        expect_unchanged(&before);
    vcpu.ctx.regs = before;
    if (emulate_forced(&vcpu) != EMULATE_DONE)
        expect_unchanged(&before);
    __builtin_free(code);
    return 0;
}
