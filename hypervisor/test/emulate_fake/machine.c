/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/bug.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "pv/decode.h"
#include "pv/emulate.h"
#include "x86/special_registers.h"

struct machine machine;

static shared_info_t shared_info;
static struct vcpu_info vcpu_info;

void machine_reset(struct vcpu *v, struct domain *d)
{
    memset(&machine, 0, sizeof(machine));
    memset(d, 0, sizeof(*d));
    memset(v, 0, sizeof(*v));
    machine.cr0 = 0x80050033;
    machine.cr3 = 0x1000;
    machine.cr4 = 0x6a0;
    machine.dr[6] = DR6_ONES;
    machine.dr[7] = DR7_ONES;
    d->shared_info = &shared_info;
    v->domain = d;
    v->info = &vcpu_info;
    v->kernel_l4 = MFN(0x77);
    v->ctx.regs.cs = SEL_GUEST_CS64;
    v->ctx.regs.rflags = 0x202;
    debugreg_reset(v);
}

int mm_new_base(struct vcpu *v, mfn_t m)
{
    machine.base = m.n;
    return machine.base_answer;
}

/* --- Ports --- */

static uint32_t note_io(bool write, uint16_t port, uint8_t bytes, uint32_t value)
{
    if (!write) {
        value = machine.io_answer & operand_mask(bytes);
        machine.io_answer += machine.io_step;
    }
    if (machine.io_count < IO_LOG)
        machine.io[machine.io_count] = (struct io_access){write, port, bytes, value};
    machine.io_count++;
    return value;
}

uint8_t in8(uint16_t port)
{
    return note_io(false, port, 1, 0);
}

uint16_t in16(uint16_t port)
{
    return note_io(false, port, 2, 0);
}

uint32_t in32(uint16_t port)
{
    return note_io(false, port, 4, 0);
}

void out8(uint16_t port, uint8_t v)
{
    note_io(true, port, 1, v);
}

void out16(uint16_t port, uint16_t v)
{
    note_io(true, port, 2, v);
}

void out32(uint16_t port, uint32_t v)
{
    note_io(true, port, 4, v);
}

/* --- Registers --- */

uint64_t rdmsr(uint32_t msr)
{
    for (unsigned i = 0; i < MSRS; i++)
        if (machine.msr[i].number == msr)
            return machine.msr[i].value;
    panic("RDMSR %x would fault", msr);
}

void wrmsr(uint32_t msr, uint64_t v)
{
    for (unsigned i = 0; i < MSRS; i++)
        if (machine.msr[i].number == msr) {
            machine.msr[i].value = v;
            return;
        }
    panic("WRMSR %x would fault", msr);
}

uint64_t rdtsc(void)
{
    return machine.tsc;
}

struct cpuid cpuid(uint32_t leaf, uint32_t sub)
{
    return machine.cpuid ? machine.cpuid(leaf, sub) : (struct cpuid){0};
}

uint64_t read_cr0(void)
{
    return machine.cr0;
}

void write_cr0(uint64_t v)
{
    machine.cr0 = v;
}

uint64_t read_cr3(void)
{
    return machine.cr3;
}

void write_cr3(uint64_t v)
{
    machine.cr3 = v;
    machine.cr3_writes++;
}

uint64_t read_cr4(void)
{
    return machine.cr4;
}

void write_cr4(uint64_t v)
{
    machine.cr4 = v;
}

void clts(void)
{
    machine.cr0 &= ~CR0_TS;
}

void wbinvd(void)
{
    machine.wbinvds++;
}

void xsetbv(uint64_t v)
{
    machine.xcr0 = v;
}

uint32_t access_rights(uint16_t selector)
{
    return selector == 0x33 ? 0xaffb00 : selector == 0x23 ? 0xcffb00 : 0;
}

uint64_t read_dr6(void)
{
    return machine.dr[6];
}

#define DEBUG_REGISTER(n)                                                                          \
    void write_dr##n(uint64_t v)                                                                   \
    {                                                                                              \
        machine.dr[n] = v;                                                                         \
        machine.dr_writes++;                                                                       \
    }
DEBUG_REGISTER(0)
DEBUG_REGISTER(1)
DEBUG_REGISTER(2)
DEBUG_REGISTER(3)
DEBUG_REGISTER(6)
DEBUG_REGISTER(7)

uint64_t clock_tsc_khz(void)
{
    return 1000000;
}

/* --- Guest memory --- */

/* How many bytes from p on can be reached. */
static size_t reach(uint64_t p, bool write)
{
    for (unsigned i = 0; i < REGIONS; i++) {
        struct region *r = &machine.region[i];
        uint64_t start = (uint64_t)r->start;

        if (p < start || p >= start + r->bytes || (write && !r->writable) ||
            (r->cr3 && r->cr3 != machine.cr3))
            continue;
        return start + r->bytes - p;
    }
    return 0;
}

int guest_read(void *dst, guest_ptr src, size_t n)
{
    size_t can = MIN(n, reach(src.va, false));

    memcpy(dst, (void *)src.va, can);
    return can == n ? 0 : -EFAULT;
}

int guest_write(guest_ptr dst, const void *src, size_t n)
{
    size_t can = MIN(n, reach(dst.va, true));

    memcpy((void *)dst.va, src, can);
    return can == n ? 0 : -EFAULT;
}

/* --- Ends --- */

void panic(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    printf("Bail out! ");
    vprintf(fmt, args);
    printf("\n");
    fflush(stdout);
    __builtin_trap();
}
