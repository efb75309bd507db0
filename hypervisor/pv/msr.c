/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model-specific registers as a guest kernel sees them.
 *
 * [msr.listed] what has no row below gives #GP, and no MSR that a processor may lack is ever
 * touched: a row that reaches the hardware names a register every 64-bit processor has.
 *
 * Linux reads most MSRs with a fix-up and takes #GP for "not there". The rows are those where a
 * fault would be reported, or where the answer matters.
 */
#include "pv/emulate.h"

enum reading {
    READ_FAULTS,
    READ_VALUE,    /* the constant in the row */
    READ_HARDWARE, /* the register itself */
    READ_TSC,
    READ_APIC_BASE,
    READ_EFER,
    READ_TSC_AUX,
};

enum writing {
    WRITE_FAULTS,
    WRITE_DROPPED,
    WRITE_SAME,    /* accepted when it changes nothing */
    WRITE_ADDRESS, /* into the register, when canonical */
    WRITE_TSC_AUX,
};

enum {
    MSR_TSC = 0x10,
    MSR_APIC_BASE = 0x1b,
    MSR_UCODE_REV = 0x8b,
    MSR_MISC_ENABLE = 0x1a0,
    MSR_PAT = 0x277,
    MSR_EFER = 0xc0000080,
    MSR_FS_BASE = 0xc0000100,
    MSR_GS_BASE = 0xc0000101,
    MSR_KERNEL_GS_BASE = 0xc0000102,
    MSR_TSC_AUX = 0xc0000103,
    MSR_HWCR = 0xc0010015,
    MSR_NB_CFG = 0xc001001f,
    MSR_INT_PENDING = 0xc0010055,
    MSR_MMIO_CONF = 0xc0010058,
    MSR_OSVW_LENGTH = 0xc0010140,
    MSR_OSVW_STATUS = 0xc0010141,
    MSR_DE_CFG = 0xc0011029,
};

#define APIC_BASE_ENABLED 0xfee00800ull
#define APIC_BASE_BSP     0x100ull
#define EFER_VISIBLE      0xd01ull     /* SCE, LME, LMA, NXE */
#define HWCR_TSC_FREQ_SEL (1ull << 24) /* the TSC counts at the P0 frequency */
#define DE_CFG_LFENCE     2ull         /* LFENCE serialises */
#define MISC_ENABLE_VALUE 0x1801ull    /* fast strings; no branch trace, no PEBS */

struct row {
    uint32_t msr;
    uint8_t reading, writing;
    uint64_t value;
};

/* While guest kernel code runs, GS_BASE is the kernel's base and KERNEL_GS_BASE the user's: the
 * hypervisor executes SWAPGS at every change of mode, so the hardware registers are the guest's. */
static const struct row rows[] = {
    {MSR_GS_BASE, READ_HARDWARE, WRITE_ADDRESS, 0},
    {MSR_KERNEL_GS_BASE, READ_HARDWARE, WRITE_ADDRESS, 0},
    {MSR_FS_BASE, READ_HARDWARE, WRITE_ADDRESS, 0},
    {MSR_TSC, READ_TSC, WRITE_FAULTS, 0},
    {MSR_APIC_BASE, READ_APIC_BASE, WRITE_DROPPED, 0},
    {MSR_UCODE_REV, READ_VALUE, WRITE_SAME, 0},
    {MSR_MISC_ENABLE, READ_VALUE, WRITE_DROPPED, MISC_ENABLE_VALUE},
    {MSR_PAT, READ_HARDWARE, WRITE_SAME, 0},
    {MSR_EFER, READ_EFER, WRITE_SAME, 0},
    {MSR_TSC_AUX, READ_TSC_AUX, WRITE_TSC_AUX, 0},
    {MSR_HWCR, READ_VALUE, WRITE_DROPPED, HWCR_TSC_FREQ_SEL},
    {MSR_NB_CFG, READ_VALUE, WRITE_DROPPED, 0},
    {MSR_INT_PENDING, READ_VALUE, WRITE_DROPPED, 0},
    {MSR_MMIO_CONF, READ_VALUE, WRITE_DROPPED, 0},
    {MSR_OSVW_LENGTH, READ_VALUE, WRITE_DROPPED, 0},
    {MSR_OSVW_STATUS, READ_VALUE, WRITE_DROPPED, 0},
    {MSR_DE_CFG, READ_VALUE, WRITE_DROPPED, DE_CFG_LFENCE},
};

static const struct row *row_of(uint32_t msr)
{
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].msr == msr)
            return &rows[i];
    return NULL;
}

bool msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    const struct row *row = row_of(msr);

    *value = 0;
    switch (row ? row->reading : READ_FAULTS) {
    case READ_VALUE:
        *value = row->value;
        return true;
    case READ_HARDWARE:
        *value = rdmsr(msr);
        return true;
    case READ_TSC:
        *value = rdtsc();
        return true;
    case READ_APIC_BASE:
        *value = APIC_BASE_ENABLED | (v->id == 0 ? APIC_BASE_BSP : 0);
        return true;
    case READ_EFER:
        *value = rdmsr(msr) & EFER_VISIBLE;
        return true;
    case READ_TSC_AUX:
        *value = v->tsc_aux;
        return cpuid_has_tsc_aux();
    default:
        return false;
    }
}

static bool write_address(uint32_t msr, uint64_t value)
{
    if ((uint64_t)((int64_t)(value << 16) >> 16) != value)
        return false; /* WRMSR would fault in ring 0 */
    wrmsr(msr, value);
    return true;
}

static bool write_tsc_aux(struct vcpu *v, uint64_t value)
{
    if (!cpuid_has_tsc_aux() || value >> 32)
        return false;
    v->tsc_aux = value;
    wrmsr(MSR_TSC_AUX, value);
    return true;
}

bool msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    const struct row *row = row_of(msr);
    uint64_t now;

    switch (row ? row->writing : WRITE_FAULTS) {
    case WRITE_DROPPED:
        return true;
    case WRITE_SAME:
        return msr_read(v, msr, &now) && now == value;
    case WRITE_ADDRESS:
        return write_address(msr, value);
    case WRITE_TSC_AUX:
        return write_tsc_aux(v, value);
    default:
        return false;
    }
}
