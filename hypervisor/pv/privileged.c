/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Privileged instructions of a guest, carried out after the #GP they cause in ring 3.
 *
 * An instruction is decoded, then every check is made, then it takes effect; only then do the
 * guest's registers move on. What is not listed here is reflected: the guest's own handler sees
 * #GP.
 *
 * [emulate.mode]    nothing but I/O and, with IOPL 3, CLI and STI is carried out for guest user
 * mode [emulate.bounded] one trap moves at most STRING_MAX elements of a string; the guest's
 * registers then say where to go on, and its instruction is executed again
 *
 * Not here: what ports, MSRs and CPUID answer (ports.c, msr.c, cpuid.c); string I/O (string_io.c).
 */
#include "pv/emulate.h"

#include "lib/string.h"
#include "mm/mm.h"
#include "pv/fetch.h"
#include "pv/string_io.h"
#include "x86/fast.h"
#include "x86/special_registers.h"

#define FORCED_BYTES  7

#define RIGHTS_LONG   (1u << 21) /* the L bit of a code segment, as LAR shows it */

enum { XCR0_X87 = 1, XCR0_SSE = 2, XCR0_AVX = 4, XCR0_AVX512 = 0xe0 };

static uint64_t edx_eax(const struct regs *r)
{
    return r->rdx << 32 | (uint32_t)r->rax;
}

static void put_edx_eax(struct regs *r, uint64_t value)
{
    r->rax = (uint32_t)value;
    r->rdx = value >> 32;
}

static void advance(struct regs *r, unsigned length)
{
    r->rip += length;
    r->rflags &= ~(uint64_t)FLAG_RF;
}

/* --- Control registers --- */

static uint64_t guest_cr0(const struct vcpu *v)
{
    return (read_cr0() & ~CR0_TS) | v->cr0_ts;
}

static bool read_cr(struct vcpu *v, unsigned n, uint64_t *value)
{
    switch (n) {
    case 0:
        *value = guest_cr0(v);
        return true;
    case 2:
        *value = v->info->arch.cr2;
        return true;
    case 3:
        *value = v->kernel_l4.n << PAGE_SHIFT;
        return true;
    case 4:
        *value = (read_cr4() & CR4_SHOWN) | v->cr4;
        return true;
    default:
        return false;
    }
}

/* CR3 is not among them, see write_base(). In CR4 a guest may write what it
 * likes; only its own bits count. */
static bool write_cr(struct vcpu *v, unsigned n, uint64_t value)
{
    switch (n) {
    case 0:
        if ((value ^ guest_cr0(v)) & ~CR0_TS)
            return false;
        ts_write(v, value & CR0_TS);
        return true;
    case 2:
        v->info->arch.cr2 = value;
        return true;
    case 4:
        v->cr4 = value & CR4_GUEST;
        control_load(v);
        return true;
    default:
        return false;
    }
}

/* The combinations the processor accepts (SDM vol. 1, 13.3), of the components on offer. */
static bool xcr0_ok(uint64_t value)
{
    uint64_t wide = value & XCR0_AVX512;

    if (value & ~cpuid_xcr0() || !(value & XCR0_X87))
        return false;
    if ((value & XCR0_AVX) && !(value & XCR0_SSE))
        return false;
    return !wide || (wide == XCR0_AVX512 && (value & XCR0_AVX));
}

static bool set_xcr0(struct vcpu *v)
{
    const struct regs *r = &v->ctx.regs;

    if ((uint32_t)r->rcx != 0 || !xcr0_ok(edx_eax(r)))
        return false;
    v->xcr0 = edx_eax(r);
    xsetbv(v->xcr0);
    return true;
}

/* --- By operation; false: the guest gets its #GP --- */

static bool read_register(struct vcpu *v, const struct instruction *in)
{
    uint64_t value;
    bool ok = in->operation == OP_READ_CR ? read_cr(v, in->reg, &value)
                                          : debugreg_read(v, in->reg, &value) == 0;

    if (ok)
        *reg_of(&v->ctx.regs, in->rm) = value;
    return ok;
}

static bool write_register(struct vcpu *v, const struct instruction *in)
{
    uint64_t value = *reg_of(&v->ctx.regs, in->rm);

    if (in->operation == OP_WRITE_CR)
        return write_cr(v, in->reg, value);
    return debugreg_write(v, in->reg, value) == 0;
}

static bool read_msr(struct vcpu *v)
{
    uint64_t value;

    if (!msr_read(v, v->ctx.regs.rcx, &value))
        return false;
    put_edx_eax(&v->ctx.regs, value);
    return true;
}

static bool kernel_operation(struct vcpu *v, const struct instruction *in)
{
    struct regs *r = &v->ctx.regs;

    switch (in->operation) {
    case OP_READ_CR:
    case OP_READ_DR:
        return read_register(v, in);
    case OP_WRITE_CR:
    case OP_WRITE_DR:
        return write_register(v, in);
    case OP_RDMSR:
        return read_msr(v);
    case OP_WRMSR:
        return msr_write(v, r->rcx, edx_eax(r));
    case OP_CLTS:
        ts_write(v, false);
        return true;
    case OP_WBINVD:
        if (v->domain->is_hardware)
            wbinvd();
        return true;
    case OP_RDTSC: /* traps when the guest has set CR4.TSD for its processes */
        put_edx_eax(r, rdtsc());
        return true;
    case OP_XSETBV:
        return set_xcr0(v);
    default:
        return false;
    }
}

/* --- I/O --- */

static inline bool port_access(struct vcpu *v, bool in, uint16_t port, unsigned bytes)
{
    uint64_t *rax = &v->ctx.regs.rax;

    if (!port_permitted(v, port, bytes))
        return false;
    if (!in)
        port_write(v, port, bytes, *rax & operand_mask(bytes));
    else if (bytes == 1)
        *rax = (*rax & ~0xffull) | (uint8_t)port_read(v, port, 1);
    else
        reg_write(&v->ctx.regs, 0, bytes, port_read(v, port, bytes));
    return true;
}

static bool port_operation(struct vcpu *v, const struct instruction *in)
{
    uint16_t port = in->has_imm ? (uint8_t)in->imm : (uint16_t)v->ctx.regs.rdx;

    return port_access(v, in->operation == OP_IN, port, in->bytes);
}

/*
 * Nearly all that a kernel traps for: IN and OUT without a prefix or with 66. Their opcodes are
 * e4-e7 (port in the next byte) and ec-ef (port in dx): bit 0 says wide, bit 1 says OUT. Returns
 * the length; 0: not one of them, or not permitted.
 */
static inline unsigned short_port_operation(struct vcpu *v, uint64_t head)
{
    bool operand16 = (uint8_t)head == 0x66;

    if (operand16)
        head >>= 8;
    if ((head & 0xf4) != 0xe4)
        return 0;
    bool in_dx = head & 8;
    uint16_t port = in_dx ? v->ctx.regs.rdx : (uint8_t)(head >> 8);
    unsigned bytes = !(head & 1) ? 1 : operand16 ? 2 : 4;
    if (!port_access(v, !(head & 2), port, bytes))
        return 0;
    return operand16 + (in_dx ? 1 : 2);
}

static bool operation(struct vcpu *v, const struct instruction *in)
{
    switch (in->operation) {
    case OP_IN:
    case OP_OUT:
        return port_operation(v, in);
    case OP_CLI:
    case OP_STI: /* events are masked in vcpu_info, not by IF */
        return v->iopl >= (v->in_user ? 3u : 1u);
    default:
        return !v->in_user && kernel_operation(v, in);
    }
}

/* Whether rip is in 64-bit code. The decoder knows no other, so other code gets its faults
 * reflected. */
static bool runs_long_mode(const struct regs *r)
{
    return r->cs == SEL_GUEST_CS64 || (access_rights(r->cs) & RIGHTS_LONG);
}

/* MOV to CR3, as MMUEXT_NEW_BASEPTR. It can be taken back, and is then executed again. */
static enum emulate_result write_base(struct vcpu *v, const struct instruction *in)
{
    struct regs *r = &v->ctx.regs;
    int rc = mm_new_base(v, MFN(*reg_of(r, in->rm) >> PAGE_SHIFT));

    if (rc && rc != -ERESTART)
        return EMULATE_REFLECT;
    if (!rc)
        advance(r, in->length);
    return EMULATE_DONE;
}

/* Apart, so that the short way does not pay for its stack frame. */
__attribute__((noinline)) static enum emulate_result
emulate_decoded(struct vcpu *v, struct fetched *fetched, struct emulate_fault *f)
{
    struct regs *r = &v->ctx.regs;
    struct instruction in;

    if (fetch_decode(fetched, r, &in) != DECODED)
        return EMULATE_REFLECT;
    if (in.operation == OP_INS || in.operation == OP_OUTS)
        return string_io(v, &in, f);
    if (in.operation == OP_WRITE_CR && in.reg == 3 && !v->in_user)
        return write_base(v, &in);
    if (!operation(v, &in))
        return EMULATE_REFLECT;
    advance(r, in.length);
    return EMULATE_DONE;
}

enum emulate_result emulate_privileged(struct vcpu *v, struct emulate_fault *f)
{
    struct regs *r = &v->ctx.regs;
    struct fetched fetched;
    unsigned length;

    if (!runs_long_mode(r))
        return EMULATE_REFLECT;
    fetch_first(&fetched, r->rip);
    length = fetched.have == FETCH_FIRST ? short_port_operation(v, fetched.head) : 0;
    if (!length)
        return emulate_decoded(v, &fetched, f);
    advance(r, length);
    return EMULATE_DONE;
}

/* Also from straight.S, when nothing is recorded. */
void on_forced_cpuid(struct context *c)
{
    struct vcpu *v = (struct vcpu *)c;
    struct regs *r = &c->regs;
    struct cpuid a = cpuid_answer(v, r->rax, r->rcx);

    r->rax = a.eax;
    r->rbx = a.ebx;
    r->rcx = a.ecx;
    r->rdx = a.edx;
    advance(r, FORCED_BYTES);
}

enum emulate_result emulate_forced(struct vcpu *v)
{
    uint64_t word = 0;

    if (guest_read(&word, GPTR(v->ctx.regs.rip), FORCED_BYTES) || word != FORCED_CPUID)
        return EMULATE_REFLECT;
    on_forced_cpuid(&v->ctx);
    return EMULATE_DONE;
}
